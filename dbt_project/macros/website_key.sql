{# A website without scheme, www., path and case, to tell whether two systems write the same one. #}
{% macro website_key(website) -%}
{{ regexp_replace_all(
    regexp_replace_all('lower(trim(' ~ website ~ '))', '^([a-z][a-z0-9+.-]*:/+)?(www\\.)?', ''),
    '[/?#].*$', ''
) }}
{%- endmacro %}
