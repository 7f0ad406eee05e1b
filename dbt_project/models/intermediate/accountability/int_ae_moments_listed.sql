with

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

told_weeks as (

    select distinct
        fiscal_quarter,
        week_starts_on
    from {{ ref('stg_cosell__ae_weeks') }}

),

told_quarters as (

    select distinct fiscal_quarter
    from {{ ref('stg_cosell__ae_quarters') }}

),

newest_step as (

    select max(known_step) as known_step
    from steps

),

weeks as (

    select
        fiscal_quarter,
        week_starts_on,
        max(day_on) as through_on,
        row_number() over (
            partition by fiscal_quarter order by week_starts_on nulls last
        ) as week_number,
        count(*) over (partition by fiscal_quarter) as weeks_count
    from fiscal_days
    group by fiscal_quarter, week_starts_on

),

-- A week is told as it was known at the first landing after it ended. Weeks that ended before the
-- first landing were never seen week by week; weeks that are frozen are not told again.
week_steps as (

    select
        weeks.fiscal_quarter,
        weeks.week_starts_on,
        weeks.through_on,
        weeks.week_number,
        weeks.weeks_count,
        min(steps.known_step) as cutoff_step,
        min(steps.known_on) as told_on
    from weeks
    inner join steps
        on weeks.through_on < steps.known_on
    left join told_weeks
        on weeks.fiscal_quarter = told_weeks.fiscal_quarter
        and weeks.week_starts_on = told_weeks.week_starts_on
    where told_weeks.fiscal_quarter is null
    group by
        weeks.fiscal_quarter,
        weeks.week_starts_on,
        weeks.through_on,
        weeks.week_number,
        weeks.weeks_count
    having count(case when steps.is_until_opening then steps.known_step end) = 0

),

moments as (

    select
        week_steps.fiscal_quarter || ' ' || {{ text_from_day('week_steps.week_starts_on') }}
            as moment_id,
        'week' as moment_kind,
        week_steps.fiscal_quarter,
        week_steps.week_starts_on,
        week_steps.week_number,
        week_steps.weeks_count,
        week_steps.through_on,
        week_steps.cutoff_step,
        week_steps.told_on
    from week_steps

    union all

    -- What finance closed is what was known in the step before: later knowledge is posted elsewhere.
    select
        quarters.fiscal_quarter || ' close' as moment_id,
        'close' as moment_kind,
        quarters.fiscal_quarter,
        cast(null as date) as week_starts_on,
        cast(null as bigint) as week_number,
        cast(null as bigint) as weeks_count,
        quarters.ends_on as through_on,
        quarters.closing_step - 1 as cutoff_step,
        steps.known_on as told_on
    from quarters
    inner join steps
        on quarters.closing_step = steps.known_step
    left join told_quarters
        on quarters.fiscal_quarter = told_quarters.fiscal_quarter
    where told_quarters.fiscal_quarter is null

    union all

    select
        quarters.fiscal_quarter || ' today' as moment_id,
        'today' as moment_kind,
        quarters.fiscal_quarter,
        cast(null as date) as week_starts_on,
        cast(null as bigint) as week_number,
        cast(null as bigint) as weeks_count,
        least(quarters.ends_on, refresh.as_of) as through_on,
        newest_step.known_step as cutoff_step,
        refresh.as_of as told_on
    from quarters
    cross join refresh
    cross join newest_step
    where quarters.starts_on <= refresh.as_of

)

select
    moments.moment_id,
    moments.moment_kind,
    moments.fiscal_quarter,
    quarters.starts_on as quarter_starts_on,
    quarters.ends_on as quarter_ends_on,
    moments.week_starts_on,
    cast(moments.week_number as bigint) as week_number,
    cast(moments.weeks_count as bigint) as weeks_count,
    moments.through_on,
    cast(moments.cutoff_step as bigint) as cutoff_step,
    moments.told_on
from moments
inner join quarters
    on moments.fiscal_quarter = quarters.fiscal_quarter
