{# NULL instead of an error. Only where a text is free by its nature: landing has refused what had to be readable. #}
{% macro safe_cast(expression, type_name) -%}
try_cast({{ expression }} as {{ type_name }})
{%- endmacro %}
