{# A double between 0 and 1 to six places, the same on both engines: their own rounding of halves differs. #}
{% macro rounded_share(expression) -%}
cast(cast(floor(({{ expression }}) * 1000000 + 0.5) as bigint) * cast(0.000001 as decimal(7,6)) as {{ type_share() }})
{%- endmacro %}
