{% macro type_rate() -%}decimal(18,6){%- endmacro %}
