{# A text key of 32 hexadecimal digits; NULL counts as a value of its own. #}
{% macro hash_id(expressions) -%}
lower(md5({% for expression in expressions %}coalesce(cast({{ expression }} as {{ type_string() }}), '∅'){{ " || '|' || " if not loop.last }}{% endfor %}))
{%- endmacro %}
