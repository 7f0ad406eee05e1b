{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'cosell')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
cast(date_diff('day', cast({{ first_day }} as date), cast({{ last_day }} as date)) as bigint)
{%- endmacro %}

{% macro spark__days_between(first_day, last_day) -%}
cast(datediff(cast({{ last_day }} as date), cast({{ first_day }} as date)) as bigint)
{%- endmacro %}
