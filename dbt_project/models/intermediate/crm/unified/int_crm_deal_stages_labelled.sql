with

stages as (

    select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}

),

ranked as (

    select
        stages.*,
        row_number() over (
            partition by stages.stage_id, stages.known_step
            order by
                stages.modified_at desc nulls last,
                stages.batch_id desc nulls last,
                stages.source_row_number desc nulls last
        ) as rank_in_step
    from stages

),

-- Case 28: a stage that was deleted keeps its last name on the deals that were in it.
labelled as (

    select
        stage_id,
        stage_name,
        is_closed,
        is_won,
        is_deleted,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by stage_id
            order by known_step nulls last
        ) as valid_until_step
    from ranked
    where rank_in_step = 1

)

select * from labelled
