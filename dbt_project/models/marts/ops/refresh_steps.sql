with

refresh_steps as (

    select * from {{ ref('stg_cosell__refresh_steps') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- The newest refresh is still at work while its release is built. Its steps may lie in landing all
-- the same, where it is run a second time: the release must not depend on that.
finished_steps as (

    select
        refresh_steps.refresh_step_id,
        refresh_steps.refresh_number,
        refresh_steps.refresh_id,
        refresh_steps.station,
        refresh_steps.step_kind,
        refresh_steps.step_name,
        refresh_steps.source_row_number as step_number,
        refresh_steps.rows_count,
        refresh_steps.seconds
    from refresh_steps
    inner join refresh_current
        on refresh_steps.refresh_number < refresh_current.refresh_number

)

select * from finished_steps
