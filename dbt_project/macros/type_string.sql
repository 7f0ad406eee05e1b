{% macro type_string() -%}
    {{ return(adapter.dispatch('type_string', 'cosell')()) }}
{%- endmacro %}

{% macro duckdb__type_string() -%}varchar{%- endmacro %}

{% macro spark__type_string() -%}string{%- endmacro %}
