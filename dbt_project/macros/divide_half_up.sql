{# Whole-number division, halves away from zero, so that a reversal is the exact negative.
   NULL when an argument is NULL or the divisor is zero. Arguments: whole numbers up to 10^36. #}
{% macro divide_half_up(dividend, divisor) -%}
    {{ return(adapter.dispatch('divide_half_up', 'cosell')(dividend, divisor)) }}
{%- endmacro %}

{# DuckDB divides whole numbers by zero to NULL. #}
{% macro duckdb__divide_half_up(dividend, divisor) -%}
(
    cast(sign({{ dividend }}) * sign({{ divisor }}) as hugeint) * (
        (2 * abs(cast({{ dividend }} as hugeint)) + abs(cast({{ divisor }} as hugeint)))
        // (2 * abs(cast({{ divisor }} as hugeint)))
    )
)
{%- endmacro %}

{% macro spark__divide_half_up(dividend, divisor) -%}
(
    cast(sign({{ dividend }}) * sign({{ divisor }}) as bigint) * (
        (abs(cast({{ dividend }} as decimal(38,0))) * cast(2 as decimal(1,0)) + abs(cast({{ divisor }} as decimal(38,0))))
        div nullif(abs(cast({{ divisor }} as decimal(38,0))) * cast(2 as decimal(1,0)), cast(0 as decimal(38,0)))
    )
)
{%- endmacro %}
