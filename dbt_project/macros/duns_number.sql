{# Case 13: nine digits as text, however the file stored them; NULL for what cannot be one
   (fewer than five digits, more than nine, the same digit nine times). #}
{% macro duns_number(value) -%}
case
            when length({{ duns_digits(value) }}) between 5 and 9
                and length(replace(lpad({{ duns_digits(value) }}, 9, '0'), substr(lpad({{ duns_digits(value) }}, 9, '0'), 9, 1), '')) > 0
                then lpad({{ duns_digits(value) }}, 9, '0')
        end
{%- endmacro %}
