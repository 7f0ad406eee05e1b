{# Wilson's bound of a share: `sign` '-' for the lower one, '+' for the upper one. All doubles. #}
{% macro wilson_bound(share, trials, z, sign) -%}
(
            (
                cast({{ share }} as double)
                + cast({{ z }} * {{ z }} as double) / nullif(cast(2 * {{ trials }} as double), cast(0 as double))
                {{ sign }} {{ z }} * sqrt(
                    cast({{ share }} * (1 - {{ share }}) as double)
                    / nullif(cast({{ trials }} as double), cast(0 as double))
                    + cast({{ z }} * {{ z }} as double)
                    / nullif(cast(4 * {{ trials }} * {{ trials }} as double), cast(0 as double))
                )
            )
            / nullif(
                cast(1 as double)
                + cast({{ z }} * {{ z }} as double) / nullif(cast({{ trials }} as double), cast(0 as double)),
                cast(0 as double)
            )
        )
{%- endmacro %}
