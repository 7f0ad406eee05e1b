{# Written with single backslashes; Spark reads a backslash in a literal as an escape. #}
{% macro regexp_replace_all(subject, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'cosell')(subject, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__regexp_replace_all(subject, pattern, replacement) -%}
regexp_replace({{ subject }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(subject, pattern, replacement) -%}
regexp_replace({{ subject }}, '{{ pattern.replace("\\", "\\\\") }}', '{{ replacement.replace("\\", "\\\\") }}')
{%- endmacro %}
