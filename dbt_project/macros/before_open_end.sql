{# Whether a day (a step) lies before an end that NULL leaves open, for the condition of an outer
   join: one comparison. With an `or`, DuckDB compares every row of an outer join with every other,
   whatever keys stand beside it (docs/decisions/046_outer_joins_only_compare.md). #}
{% macro before_open_day(day, end_on) -%}
{{ day }} < coalesce({{ end_on }}, date '9999-12-31')
{%- endmacro %}

{% macro before_open_step(step, end_step) -%}
{{ step }} < coalesce({{ end_step }}, {{ open_step() }})
{%- endmacro %}

{# Later than every step. #}
{% macro open_step() -%}
cast(9223372036854775807 as bigint)
{%- endmacro %}
