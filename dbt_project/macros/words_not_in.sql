{# The weighted words of the first text that the second does not hold, in their order; '' when none. #}
{% macro words_not_in(words, other_words) -%}
    {{ return(adapter.dispatch('words_not_in', 'cosell')(words, other_words)) }}
{%- endmacro %}

{% macro duckdb__words_not_in(words, other_words) -%}
array_to_string(list_filter(string_split({{ words }}, ' '), lambda one: not contains(' ' || {{ other_words }} || ' ', ' ' || one || ' ')), ' ')
{%- endmacro %}

{% macro spark__words_not_in(words, other_words) -%}
array_join(filter(split({{ words }}, ' '), one -> not contains(' ' || {{ other_words }} || ' ', ' ' || one || ' ')), ' ')
{%- endmacro %}
