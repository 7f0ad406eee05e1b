{% macro company_date(utc_timestamp) -%}
{{ date_in_time_zone(utc_timestamp, '(select time_zone from ' ~ ref('stg_settings__company') ~ ')') }}
{%- endmacro %}
