{# True when the whole text matches the pattern. #}
{% macro regexp_matches_whole(subject, pattern) -%}
    {{ return(adapter.dispatch('regexp_matches_whole', 'cosell')(subject, pattern)) }}
{%- endmacro %}

{% macro duckdb__regexp_matches_whole(subject, pattern) -%}
regexp_full_match({{ subject }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__regexp_matches_whole(subject, pattern) -%}
({{ subject }} rlike '^(?:{{ pattern.replace("\\", "\\\\") }})$')
{%- endmacro %}
