{# Parquet tables take no constraints. Names and types of a contract are compared before the table
   is built all the same, and every key has its data tests. #}
{% macro spark__persist_constraints(relation, model) %}
{% endmacro %}
