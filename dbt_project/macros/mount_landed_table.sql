{% macro mount_landed_table(schema_name, table_name, folder) %}
    {{ return(adapter.dispatch('mount_landed_table', 'cosell')(schema_name, table_name, folder)) }}
{% endmacro %}

{# The zero-row schema file sorts first, so it gives every view its columns and types. #}
{% macro duckdb__mount_landed_table(schema_name, table_name, folder) %}
    {% set files = folder.replace("'", "''") ~ '/*.parquet' %}
    {% do run_query(
        'create or replace view ' ~ schema_name ~ '.' ~ table_name
        ~ " as select * from read_parquet('" ~ files ~ "', union_by_name = false)"
    ) %}
{% endmacro %}

{% macro spark__mount_landed_table(schema_name, table_name, folder) %}
    {% do run_query('drop table if exists ' ~ schema_name ~ '.' ~ table_name) %}
    {% do run_query(
        'create table ' ~ schema_name ~ '.' ~ table_name
        ~ " using parquet location '" ~ folder.replace("'", "\\'") ~ "'"
    ) %}
{% endmacro %}
