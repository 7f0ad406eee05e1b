{# amount / rate to the cent, halves away from zero, without a float on the way. The rate is units
   of the currency per one unit of company currency. NULL when the amount or the rate is missing. #}
{% macro convert_amount(amount, rate) -%}
cast(
    cast({{ divide_half_up(
        'cast(cast(' ~ amount ~ ' as decimal(28,2)) * cast(100000000 as decimal(9,0)) as decimal(38,0))',
        'cast(cast(' ~ rate ~ ' as decimal(28,6)) * cast(1000000 as decimal(7,0)) as decimal(38,0))'
    ) }} as decimal(20,0)) * cast(0.01 as decimal(3,2))
    as {{ type_money() }}
)
{%- endmacro %}
