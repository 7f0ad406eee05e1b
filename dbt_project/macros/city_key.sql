{# A city without case, accents and punctuation; "St." is "Saint". NULL for an empty text. #}
{% macro city_key(city) -%}
nullif(trim({{ regexp_replace_all(regexp_replace_all("' ' || " ~ fold_text(city) ~ " || ' '", '[^\\p{L}\\p{M}]+', ' '), '^ (st|ste) ', 'saint ') }}), '')
{%- endmacro %}
