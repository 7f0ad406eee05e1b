{% macro type_double() -%}double{%- endmacro %}
