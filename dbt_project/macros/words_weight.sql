{# The weights of weighted words added up. A weighted word is a letter for its weight in bits (a is 0,
   z is 25), an underscore and the word; 0 for ''. #}
{% macro words_weight(words) -%}
    {{ return(adapter.dispatch('words_weight', 'cosell')(words)) }}
{%- endmacro %}

{% macro duckdb__words_weight(words) -%}
cast(coalesce(list_sum(list_transform(list_filter(string_split({{ words }}, ' '), lambda one: one <> ''), lambda one: ascii(one) - 97)), 0) as bigint)
{%- endmacro %}

{% macro spark__words_weight(words) -%}
cast(aggregate(filter(split({{ words }}, ' '), one -> one <> ''), 0, (total, one) -> total + ascii(one) - 97) as bigint)
{%- endmacro %}
