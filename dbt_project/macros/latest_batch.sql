{# The rows of the newest known batch of a staging model whose feed sends whole files. #}
{% macro latest_batch(relation) -%}
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
    where batches_ranked.batch_rank = 1
)
{%- endmacro %}
