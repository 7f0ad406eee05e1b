with

stage_rows as (

    select * from {{ ref('stg_policy__stages') }}

),

policy_files as (

    select * from {{ policy_files(ref('stg_policy__stages')) }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

-- Stages are read anew from the step of each file, and from the first step of the file on or after
-- the day on which one of its rows comes into force.
reading_steps as (

    select valid_from_step as reading_step from policy_files
    union
    select min(steps.known_step) as reading_step
    from stage_rows
    inner join policy_files
        on stage_rows.known_step = policy_files.valid_from_step
    inner join steps
        on stage_rows.effective_from_on <= steps.known_on
        and stage_rows.known_step <= steps.known_step
        and (policy_files.valid_until_step is null or policy_files.valid_until_step > steps.known_step)
    group by stage_rows.known_step, stage_rows.effective_from_on

),

readings as (

    select
        reading_steps.reading_step,
        steps.known_on,
        lag(reading_steps.reading_step) over (
            order by reading_steps.reading_step nulls last
        ) as reading_step_before,
        lead(reading_steps.reading_step) over (
            order by reading_steps.reading_step nulls last
        ) as next_reading_step
    from reading_steps
    inner join steps
        on reading_steps.reading_step = steps.known_step

),

rows_in_force as (

    select
        readings.reading_step,
        stage_rows.stage_name,
        stage_rows.stage_number,
        stage_rows.is_closed,
        stage_rows.is_won,
        row_number() over (
            partition by readings.reading_step, stage_rows.stage_name
            order by
                stage_rows.effective_from_on desc nulls last,
                stage_rows.source_row_number desc nulls last
        ) as row_rank
    from readings
    inner join policy_files
        on readings.reading_step >= policy_files.valid_from_step
        and (
            policy_files.valid_until_step is null
            or readings.reading_step < policy_files.valid_until_step
        )
    inner join stage_rows
        on policy_files.valid_from_step = stage_rows.known_step
        and readings.known_on >= stage_rows.effective_from_on

),

stage_names as (

    select stage_name from stage_rows
    group by stage_name

),

-- What was landed before the first file is read by the first file. A stage that a file leaves out
-- is unknown from its step on.
versioned as (

    select
        stage_names.stage_name,
        rows_in_force.stage_number,
        rows_in_force.is_closed,
        rows_in_force.is_won,
        case
            when readings.reading_step_before is null then 0
            else readings.reading_step
        end as valid_from_step,
        readings.next_reading_step as valid_until_step,
        readings.known_on,
        lag(rows_in_force.stage_number) over in_order as stage_number_before,
        lag(rows_in_force.is_closed) over in_order as is_closed_before,
        lag(rows_in_force.is_won) over in_order as is_won_before
    from stage_names
    cross join readings
    left join rows_in_force
        on stage_names.stage_name = rows_in_force.stage_name
        and readings.reading_step = rows_in_force.reading_step
        and rows_in_force.row_rank = 1
    window in_order as (
        partition by stage_names.stage_name order by readings.reading_step nulls last
    )

)

select * from versioned
