{# The first letters of the words of a text in their order, joined. #}
{% macro initials(words) -%}
replace({{ regexp_replace_all("replace(' ' || " ~ words ~ ", ' ', '  ')", ' ([^ ])[^ ]*', '\\1') }}, ' ', '')
{%- endmacro %}
