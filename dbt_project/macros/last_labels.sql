{# The last `labels_count` parts of a host name: last_labels('a.b.com', 2) is 'b.com'. #}
{% macro last_labels(host, labels_count) -%}
    {{ return(adapter.dispatch('last_labels', 'cosell')(host, labels_count)) }}
{%- endmacro %}

{% macro duckdb__last_labels(host, labels_count) -%}
array_to_string(list_slice(string_split({{ host }}, '.'), -cast({{ labels_count }} as bigint), -1), '.')
{%- endmacro %}

{% macro spark__last_labels(host, labels_count) -%}
substring_index({{ host }}, '.', -cast({{ labels_count }} as int))
{%- endmacro %}
