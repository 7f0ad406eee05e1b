{#- numerator / denominator to six places, halves away from zero, as decimal(18,6): an attainment or
    a pace may be far above 1. NULL when the denominator is zero or either is NULL. -#}
{%- macro ratio(numerator, denominator) -%}
cast(
    cast({{ divide_half_up(
        'cast(cast(' ~ numerator ~ ' as decimal(24,6)) * cast(1000000000000 as decimal(13,0)) as decimal(38,0))',
        'cast(cast(' ~ denominator ~ ' as decimal(24,6)) * cast(1000000 as decimal(7,0)) as decimal(38,0))'
    ) }} as decimal(24,0)) * cast(0.000001 as decimal(7,6))
    as decimal(18,6)
)
{%- endmacro -%}
