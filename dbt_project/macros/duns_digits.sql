{# The digits of a DUNS number as typed: dashes and spaces go, and so does the '.0' of a spreadsheet. #}
{% macro duns_digits(value) -%}
{{ regexp_replace_all(regexp_replace_all(value, '\\.0+$', ''), '[^0-9]', '') }}
{%- endmacro %}
