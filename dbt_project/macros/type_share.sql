{% macro type_share() -%}decimal(9,6){%- endmacro %}
