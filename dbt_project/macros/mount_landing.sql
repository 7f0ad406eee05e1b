{% macro mount_landing() %}
    {% if execute %}
        {% set landing = env_var('COSELL_LANDING') %}
        {% set mounted_schemas = [] %}
        {% for node in graph.sources.values() | sort(attribute='unique_id') %}
            {% if node.schema not in mounted_schemas %}
                {% do run_query('create schema if not exists ' ~ node.schema) %}
                {% do mounted_schemas.append(node.schema) %}
            {% endif %}
            {% do mount_landed_table(node.schema, node.identifier, landing ~ '/' ~ node.source_name ~ '/' ~ node.name) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
