{# Tables of Spark lie below the home, where gates and releases read them in place. #}
{% macro spark__create_schema(relation) %}
    {% set folder = env_var('COSELL_WAREHOUSE') ~ '/' ~ relation.schema %}
    {% call statement('create_schema') %}
        create schema if not exists {{ relation }} location '{{ folder.replace("'", "\\'") }}'
    {% endcall %}
{% endmacro %}
