{# SHA-256 of a text as 64 lower-case hexadecimal digits; NULL for NULL. #}
{% macro sha256_text(expression) -%}
    {{ return(adapter.dispatch('sha256_text', 'cosell')(expression)) }}
{%- endmacro %}

{% macro duckdb__sha256_text(expression) -%}
sha256({{ expression }})
{%- endmacro %}

{% macro spark__sha256_text(expression) -%}
sha2({{ expression }}, 256)
{%- endmacro %}
