{# A day as a person reads it and a file keeps it: 2026-02-09. #}
{% macro text_from_day(day) -%}
cast(cast({{ day }} as date) as {{ type_string() }})
{%- endmacro %}
