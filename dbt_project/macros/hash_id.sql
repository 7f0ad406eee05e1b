{# A text key of 32 hexadecimal digits; NULL counts as a value of its own. #}
{% macro hash_id(expressions) -%}
lower(md5({% for expression in expressions %}case when {{ expression }} is null then '∅' else cast({{ expression }} as {{ type_string() }}) end{{ " || '|' || " if not loop.last }}{% endfor %}))
{%- endmacro %}
