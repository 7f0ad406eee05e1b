{# The last nine digits of a phone number: what stays the same with and without country code and
   trunk zero; an extension goes. NULL for fewer than seven digits or one digit repeated. #}
{% macro phone_key(phone) -%}
{%- set digits = regexp_replace_all(regexp_replace_all('lower(' ~ phone ~ ')', '(ext|x|#|;).*$', ''), '[^0-9]', '') -%}
case
            when length({{ digits }}) between 7 and 15
                and length(replace({{ digits }}, substr({{ digits }}, length({{ digits }}), 1), '')) > 1
                then substr({{ digits }}, greatest(1, length({{ digits }}) - 8))
        end
{%- endmacro %}
