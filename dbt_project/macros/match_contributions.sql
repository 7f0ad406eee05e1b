{# What the comparisons of a pair add up to, with the prior; goes with match_model_joined. #}
{% macro match_contributions() -%}
prior.contribution
{%- for comparison in match_comparisons() %} + {{ comparison }}_weights.contribution
{%- endfor %}
{%- endmacro %}
