{# The prefix keeps one company's schemas apart from others of the same Spark metastore; empty on DuckDB. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name -%}
    {{ env_var('COSELL_SCHEMA_PREFIX', '') }}{{ custom_schema_name | trim }}
    {%- else -%}
    {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
