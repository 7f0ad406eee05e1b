{# The texts of a group joined without anything between them, in the order of their places. #}
{% macro joined_in_place(expression, place) -%}
    {{ return(adapter.dispatch('joined_in_place', 'cosell')(expression, place)) }}
{%- endmacro %}

{% macro duckdb__joined_in_place(expression, place) -%}
string_agg({{ expression }}, '' order by {{ place }} asc nulls last)
{%- endmacro %}

{% macro spark__joined_in_place(expression, place) -%}
array_join(transform(array_sort(collect_list(struct({{ place }} as place, {{ expression }} as one_text))), element -> element.one_text), '')
{%- endmacro %}
