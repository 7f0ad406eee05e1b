{# The texts of a group joined by ', ' in the order of `order_expression`, ties by the text; NULL when all are NULL. #}
{% macro ordered_list(expression, order_expression) -%}
    {{ return(adapter.dispatch('ordered_list', 'cosell')(expression, order_expression)) }}
{%- endmacro %}

{% macro duckdb__ordered_list(expression, order_expression) -%}
string_agg({{ expression }}, ', ' order by {{ order_expression }} asc nulls last, {{ expression }} asc nulls last)
{%- endmacro %}

{% macro spark__ordered_list(expression, order_expression) -%}
nullif(array_join(transform(array_sort(collect_list(case when {{ expression }} is not null then struct({{ order_expression }} is null as is_last, {{ order_expression }} as sort_key, {{ expression }} as list_item) end)), element -> element.list_item), ', '), '')
{%- endmacro %}
