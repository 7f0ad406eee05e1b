{# Nine digits, the zeros that a spreadsheet took put back. #}
{% macro duns_key(duns) %}
case when regexp_replace({{ duns }}, '\.0$|[^0-9]', '', 'g') <> ''
    then lpad(regexp_replace({{ duns }}, '\.0$|[^0-9]', '', 'g'), 9, '0') end
{% endmacro %}
