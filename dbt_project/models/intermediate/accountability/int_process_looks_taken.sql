with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}
    where not is_deleted
        and not is_closed
        and owner_user_id is not null

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

weeks as (

    select
        fiscal_quarter,
        week_starts_on,
        max(day_on) as through_on
    from fiscal_days
    group by fiscal_quarter, week_starts_on

),

-- One look a week, with what the first landing after it told; weeks before the first landing were
-- not looked at.
looks as (

    select
        weeks.fiscal_quarter,
        weeks.through_on,
        min(steps.known_step) as cutoff_step
    from weeks
    cross join steps
    where weeks.through_on < steps.known_on
    group by weeks.fiscal_quarter, weeks.through_on
    having count(case when steps.is_until_opening then steps.known_step end) = 0

),

seen as (

    select
        versions.opportunity_id,
        versions.owner_user_id as rep_id,
        looks.fiscal_quarter,
        looks.through_on,
        looks.cutoff_step,
        versions.close_on,
        nullif(trim(versions.next_step), '') as next_step,
        substring(trim(versions.next_step), 1, 10) as due_day
    from looks
    inner join versions
        on looks.cutoff_step >= versions.known_step
        and (versions.superseded_step is null or looks.cutoff_step < versions.superseded_step)
        and looks.through_on >= versions.created_on

),

-- A next step says when it is due by the day in front of it; one without a day is kept as long as
-- the deal's close date has not passed.
dated as (

    select
        seen.*,
        case
            when {{ regexp_matches_whole('due_day', '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}
            then {{ safe_cast('due_day', 'date') }}
        end as next_step_due_on
    from seen

),

taken as (

    select
        rep_id,
        fiscal_quarter,
        through_on as happened_on,
        cutoff_step as known_step,
        cast(
            sum(
                case
                    when next_step is not null
                        and coalesce(next_step_due_on, through_on) >= through_on
                        and close_on >= through_on
                    then 1
                    else 0
                end
            ) as {{ type_money() }}
        ) as value,
        cast(count(*) as {{ type_money() }}) as base_value
    from dated
    group by rep_id, fiscal_quarter, through_on, cutoff_step

)

select * from taken
