{% macro date_in_time_zone(utc_timestamp, time_zone) -%}
    {{ return(adapter.dispatch('date_in_time_zone', 'cosell')(utc_timestamp, time_zone)) }}
{%- endmacro %}

{% macro duckdb__date_in_time_zone(utc_timestamp, time_zone) -%}
cast(timezone({{ time_zone }}, timezone('UTC', {{ utc_timestamp }})) as date)
{%- endmacro %}

{% macro spark__date_in_time_zone(utc_timestamp, time_zone) -%}
cast(from_utc_timestamp({{ utc_timestamp }}, {{ time_zone }}) as date)
{%- endmacro %}
