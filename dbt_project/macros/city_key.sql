{# A city that was folded (int_texts_folded), without punctuation; "St." is "Saint". NULL for an empty
   text. #}
{% macro city_key(folded_city) -%}
nullif(trim({{ regexp_replace_all(regexp_replace_all("' ' || " ~ folded_city ~ " || ' '", '[^\\p{L}\\p{M}]+', ' '), '^ (st|ste) ', 'saint ') }}), '')
{%- endmacro %}
