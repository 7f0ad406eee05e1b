{# A whole query: one row per day, both ends included, column `day_on`. #}
{% macro generate_days(first_day, last_day) -%}
    {{ return(adapter.dispatch('generate_days', 'cosell')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__generate_days(first_day, last_day) -%}
select cast(days.day_at as date) as day_on
    from generate_series(timestamp '{{ first_day }}', timestamp '{{ last_day }}', interval 1 day) as days (day_at)
{%- endmacro %}

{% macro spark__generate_days(first_day, last_day) -%}
select explode(sequence(date '{{ first_day }}', date '{{ last_day }}', interval 1 day)) as day_on
{%- endmacro %}
