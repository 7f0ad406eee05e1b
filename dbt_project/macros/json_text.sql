{# The text of one top-level field of a JSON object; NULL when the field or the object is missing. #}
{% macro json_text(expression, field) -%}
    {{ return(adapter.dispatch('json_text', 'cosell')(expression, field)) }}
{%- endmacro %}

{% macro duckdb__json_text(expression, field) -%}
json_extract_string({{ expression }}, '$.{{ field }}')
{%- endmacro %}

{% macro spark__json_text(expression, field) -%}
get_json_object({{ expression }}, '$.{{ field }}')
{%- endmacro %}
