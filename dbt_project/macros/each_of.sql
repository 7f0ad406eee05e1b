{# One row per word of a landed list (joined by '; '), no row for NULL. Only alone in a select list. #}
{% macro each_of(listed) -%}
    {{ return(adapter.dispatch('each_of', 'cosell')(listed)) }}
{%- endmacro %}

{% macro duckdb__each_of(listed) -%}
unnest(string_split({{ listed }}, '; '))
{%- endmacro %}

{% macro spark__each_of(listed) -%}
explode(split({{ listed }}, '; '))
{%- endmacro %}
