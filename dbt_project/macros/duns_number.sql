{# Case 13: nine digits as text, however the file stored them; NULL for what cannot be one
   (fewer than five digits, more than nine, the same digit nine times). #}
{% macro duns_number(value) -%}
case
            when {{ regexp_matches_whole(duns_digits(value), '[0-9]{5,9}') }}
                and not {{ regexp_matches_whole(duns_digits(value), '0+|1{9}|2{9}|3{9}|4{9}|5{9}|6{9}|7{9}|8{9}|9{9}') }}
                then lpad({{ duns_digits(value) }}, 9, '0')
        end
{%- endmacro %}
