{# One row per word of a list in a text, no row for NULL; landed lists are joined by '; '. Only alone
   in a select list. #}
{% macro each_of(listed, separator='; ') -%}
    {{ return(adapter.dispatch('each_of', 'cosell')(listed, separator)) }}
{%- endmacro %}

{% macro duckdb__each_of(listed, separator) -%}
unnest(string_split({{ listed }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__each_of(listed, separator) -%}
explode(split({{ listed }}, '{{ separator }}'))
{%- endmacro %}
