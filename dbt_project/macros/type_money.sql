{% macro type_money() -%}decimal(18,2){%- endmacro %}
