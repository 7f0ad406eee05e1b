{# What stands behind the @ of an e-mail address; NULL for a text without one. #}
{% macro email_host(email) -%}
nullif(lower(trim(split_part({{ email }}, '@', 2))), '')
{%- endmacro %}
