{# Whole-number division of two numbers that are not negative, rounded down. Arguments: whole numbers
   up to 10^36; NULL when an argument is NULL or the divisor is zero. #}
{% macro divide_down(dividend, divisor) -%}
    {{ return(adapter.dispatch('divide_down', 'cosell')(dividend, divisor)) }}
{%- endmacro %}

{# DuckDB divides whole numbers by zero to NULL. #}
{% macro duckdb__divide_down(dividend, divisor) -%}
(cast({{ dividend }} as hugeint) // cast({{ divisor }} as hugeint))
{%- endmacro %}

{% macro spark__divide_down(dividend, divisor) -%}
(
    cast({{ dividend }} as decimal(38,0))
    div nullif(cast({{ divisor }} as decimal(38,0)), cast(0 as decimal(38,0)))
)
{%- endmacro %}
