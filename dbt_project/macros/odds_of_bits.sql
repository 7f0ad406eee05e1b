{# Two to the power of some bits, between a millionth and two to the thirtieth, as decimal(24,6): odds
   that can be added in any order. #}
{% macro odds_of_bits(bits) -%}
cast(greatest(
    cast(floor(power(cast(2 as double), cast(least({{ bits }}, 30) as double)) * 1000000 + 0.5) as bigint)
    * cast(0.000001 as decimal(7,6)), 0.000001
) as decimal(24,6))
{%- endmacro %}
