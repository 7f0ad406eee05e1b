{# One row per character of a text, with its place from the left; only alone in a select list beside
   plain columns. The places order, they do not count from the same number on both engines. #}
{% macro each_character(text) -%}
    {{ return(adapter.dispatch('each_character', 'cosell')(text)) }}
{%- endmacro %}

{% macro duckdb__each_character(text) -%}
unnest(string_split({{ text }}, '')) as one_character, generate_subscripts(string_split({{ text }}, ''), 1) as place
{%- endmacro %}

{% macro spark__each_character(text) -%}
posexplode(split({{ text }}, '')) as (place, one_character)
{%- endmacro %}
