{# How often a count can be halved before it is below two: a whole number of bits, the same on every
   engine, where a logarithm is not. 0 for 0, 1 and NULL, at most 25. #}
{% macro halvings_of(amount) -%}
case
            {%- for power in range(25, 0, -1) %}
            when {{ amount }} >= {{ 2 ** power }} then {{ power }}
            {%- endfor %}
            else 0
        end
{%- endmacro %}
