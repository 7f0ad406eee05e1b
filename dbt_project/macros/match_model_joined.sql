{# Joins the model's contribution to the level of each comparison of a relation of pairs. #}
{% macro match_model_joined(pairs) -%}
{%- for comparison in match_comparisons() %}
    inner join match_model as {{ comparison }}_weights
        on {{ comparison }}_weights.comparison = '{{ comparison }}'
        and {{ pairs }}.{{ comparison }}_level = {{ comparison }}_weights.level
{%- endfor %}
{%- endmacro %}
