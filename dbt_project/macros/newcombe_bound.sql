{# Bound of the difference of two shares after Newcombe, from the Wilson bounds of each: `sign` '-'
   for the lower one, '+' for the upper one. `toward` and `against` are, for the lower bound, the
   lower bound of the first share and the upper bound of the other; for the upper bound, the other
   way round. All doubles. #}
{% macro newcombe_bound(share, toward, other_share, against, sign) -%}
(
            {{ share }} - {{ other_share }}
            {{ sign }} sqrt(
                ({{ share }} - {{ toward }}) * ({{ share }} - {{ toward }})
                + ({{ against }} - {{ other_share }}) * ({{ against }} - {{ other_share }})
            )
        )
{%- endmacro %}
