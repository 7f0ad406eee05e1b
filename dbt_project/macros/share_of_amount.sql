{#- amount * numerator / denominator to the cent, halves away from zero, rounded once. Numerator and
    denominator up to 10^9 with six places. NULL when the denominator is zero or any is NULL. -#}
{%- macro share_of_amount(amount, numerator, denominator) -%}
cast(
    cast({{ divide_half_up(
        'cast(cast(' ~ amount ~ ' * cast(100 as decimal(3,0)) as decimal(19,0)) * cast(' ~ numerator ~ ' * cast(1000000 as decimal(7,0)) as decimal(19,0)) as decimal(38,0))',
        'cast(cast(' ~ denominator ~ ' * cast(1000000 as decimal(7,0)) as decimal(18,0)) as decimal(38,0))'
    ) }} as decimal(20,0)) * cast(0.01 as decimal(3,2))
    as {{ type_money() }}
)
{%- endmacro -%}
