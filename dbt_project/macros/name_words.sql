{# The words of a company's name: folded, "&" and "+" are "and", apostrophes go, S.A., S A and S/A are
   one word, "the" and "and" go. Takes a folded name (int_texts_folded). #}
{% macro name_words(folded_name) -%}
{%- set text = "replace(' ' || " ~ folded_name ~ " || ' ', '&', ' and ')" -%}
{%- set text = regexp_replace_all(text, "[''’‘`´ʼ]", '') -%}
{%- set text = regexp_replace_all(text, '([\\p{L}\\p{N}][\\p{L}\\p{N}])\\.', '\\1 ') -%}
{%- set text = "replace(" ~ text ~ ", '.', '')" -%}
{%- set text = regexp_replace_all(text, '[^\\p{L}\\p{N}\\p{M}]+', '  ') -%}
{%- set text = regexp_replace_all(text, ' (\\p{L}) ', '<\\1>') -%}
{%- set text = "replace(replace(replace(" ~ text ~ ", '><', ''), '<', ' '), '>', ' ')" -%}
{%- set text = regexp_replace_all(text, ' (the|and|und|et) ', ' ') -%}
trim({{ regexp_replace_all(text, ' +', ' ') }})
{%- endmacro %}
