{% macro add_days(day, days_count) -%}
    {{ return(adapter.dispatch('add_days', 'cosell')(day, days_count)) }}
{%- endmacro %}

{% macro duckdb__add_days(day, days_count) -%}
(cast({{ day }} as date) + cast({{ days_count }} as integer))
{%- endmacro %}

{% macro spark__add_days(day, days_count) -%}
date_add(cast({{ day }} as date), cast({{ days_count }} as int))
{%- endmacro %}
