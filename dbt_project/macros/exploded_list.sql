{# One row per member of a text list, for use as the only such column of a select. #}
{% macro exploded_list(column, delimiter) %}
    {{ return(adapter.dispatch('exploded_list', 'cosell')(column, delimiter)) }}
{% endmacro %}

{% macro duckdb__exploded_list(column, delimiter) -%}
unnest(string_split({{ column }}, '{{ delimiter }}'))
{%- endmacro %}

{% macro spark__exploded_list(column, delimiter) -%}
explode(split({{ column }}, '{{ delimiter }}'))
{%- endmacro %}
