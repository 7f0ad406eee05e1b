{# The rows of one landed table that the refresh may know, each with what is known of its batch. #}
{% macro landed(source_name, table_name) -%}
(
    select
        landed_rows.*,
        landed_batches.feed as _feed,
        landed_batches.mode as _mode,
        landed_batches.coverage as _coverage,
        landed_batches.known_step as _known_step,
        landed_batches.known_on as _known_on
    from {{ source(source_name, table_name) }} as landed_rows
    inner join {{ ref('stg_cosell__landed_batches') }} as landed_batches
        on landed_rows._batch_id = landed_batches.batch_id
)
{%- endmacro %}
