{# The rows of the newest known batch of a staging model whose feed sends whole files. A file that
   may be empty leaves no row behind: with its source and table named, the newest batch is taken
   from the list of batches instead. #}
{% macro latest_batch(relation, source_name=none, table_name=none) -%}
(
    select batches_ranked.*
    from (
        select
            staged_rows.*,
            rank() over (
                order by staged_rows.known_step desc nulls last, staged_rows.batch_id desc nulls last
            ) as batch_rank
        from {{ relation }} as staged_rows
    ) as batches_ranked
    {%- if source_name %}
    inner join (
        select
            batch_id,
            row_number() over (order by known_step desc nulls last, batch_id desc nulls last) as newest_rank
        from {{ ref('stg_cosell__landed_batches') }}
        where source = '{{ source_name }}' and table_name = '{{ table_name }}'
    ) as known_batches
        on batches_ranked.batch_id = known_batches.batch_id
        and known_batches.newest_rank = 1
    {%- endif %}
    where batches_ranked.batch_rank = 1
)
{%- endmacro %}
