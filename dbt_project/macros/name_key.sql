{# A company's name without case, punctuation and doubled spaces, for comparing names of one list. #}
{% macro name_key(name) -%}
trim({{ regexp_replace_all('lower(' ~ name ~ ')', '[^\\p{L}\\p{N}]+', ' ') }})
{%- endmacro %}
