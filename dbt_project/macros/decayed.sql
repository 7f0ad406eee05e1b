{# What is left of a signal after some days: half after each half-life, all of it without a day or
   a half-life. Six places; a day in the future counts as today. #}
{% macro decayed(observed_on, as_of, half_life_days) -%}
coalesce(
                {{ rounded_share(
                    'power(cast(0.5 as double), cast(greatest(' ~ days_between(observed_on, as_of)
                    ~ ', 0) as double) / nullif(cast(' ~ half_life_days ~ ' as double), cast(0 as double)))'
                ) }},
                cast(1 as {{ type_share() }})
            )
{%- endmacro %}
