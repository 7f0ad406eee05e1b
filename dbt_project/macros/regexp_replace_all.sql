{# Written with single backslashes, groups as \1 to \3; Spark reads a backslash in a literal as an
   escape and writes a group as $1. #}
{% macro regexp_replace_all(subject, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'cosell')(subject, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__regexp_replace_all(subject, pattern, replacement) -%}
regexp_replace({{ subject }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(subject, pattern, replacement) -%}
regexp_replace({{ subject }}, '{{ pattern.replace("\\", "\\\\") }}', '{{ replacement.replace("\\1", "$1").replace("\\2", "$2").replace("\\3", "$3") }}')
{%- endmacro %}
