{# Both engines begin an ISO week on Monday. #}
{% macro monday_of(day) -%}
cast(date_trunc('week', cast({{ day }} as date)) as date)
{%- endmacro %}
