{% macro type_score() -%}decimal(9,4){%- endmacro %}
