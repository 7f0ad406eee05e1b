{# Makes every landed table readable as a dbt source; see the engine's own macro. #}
{% macro mount_landing() %}
    {% if execute %}
        {{ return(adapter.dispatch('mount_landing', 'cosell')(env_var('COSELL_LANDING'))) }}
    {% endif %}
{% endmacro %}

{# The zero-row schema file sorts first, so it gives every view its columns and types. #}
{% macro duckdb__mount_landing(landing) %}
    {% set mounted_schemas = [] %}
    {% for node in graph.sources.values() | sort(attribute='unique_id') %}
        {% if node.schema not in mounted_schemas %}
            {% do run_query('create schema if not exists ' ~ node.schema) %}
            {% do mounted_schemas.append(node.schema) %}
        {% endif %}
        {% set files = (landing ~ '/' ~ node.source_name ~ '/' ~ node.name).replace("'", "''") ~ '/*.parquet' %}
        {% do run_query(
            'create or replace view ' ~ node.schema ~ '.' ~ node.identifier
            ~ " as select * from read_parquet('" ~ files ~ "', union_by_name = false)"
        ) %}
    {% endfor %}
{% endmacro %}

{# External tables over the folders. They are listed first, one question per schema: each statement
   costs a tenth of a second here, and a table of the same folder and shape needs none. Sessions of
   their own list the files anew; where a server has one for everybody, it is told to, else it would
   go on reading the batches that it has seen. #}
{% macro spark__mount_landing(landing) %}
    {% set shape = env_var('COSELL_LANDING_SHAPE', '') %}
    {% set asked = run_query('set spark.sql.hive.thriftServer.singleSession') %}
    {% set is_one_session = (asked[0][1] | string | lower) == 'true' %}
    {% set mounted = {} %}
    {% for node in graph.sources.values() | sort(attribute='unique_id') %}
        {% if node.schema not in mounted %}
            {% do run_query('create schema if not exists ' ~ node.schema) %}
            {% set tables = {} %}
            {% for row in run_query('show table extended in ' ~ node.schema ~ " like '*'") %}
                {% do tables.update({row[1]: row[3]}) %}
            {% endfor %}
            {% do mounted.update({node.schema: tables}) %}
        {% endif %}
        {% set folder = landing ~ '/' ~ node.source_name ~ '/' ~ node.name %}
        {% set found = mounted[node.schema].get(node.identifier, '') %}
        {% if not ('file:' ~ folder ~ '\n' in found and 'landing_shape=' ~ shape in found) %}
            {% do run_query('drop table if exists ' ~ node.schema ~ '.' ~ node.identifier) %}
            {% do run_query(
                'create table ' ~ node.schema ~ '.' ~ node.identifier ~ ' using parquet'
                ~ " tblproperties ('landing_shape' = '" ~ shape ~ "')"
                ~ " location '" ~ folder.replace("'", "\\'") ~ "'"
            ) %}
        {% elif is_one_session %}
            {% do run_query('refresh table ' ~ node.schema ~ '.' ~ node.identifier) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
