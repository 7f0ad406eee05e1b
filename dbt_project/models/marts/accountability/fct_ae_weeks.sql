with

ae_quarters as (

    select * from {{ ref('fct_ae_quarters') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

active_days as (

    select * from {{ ref('int_rep_active_days') }}

),

results as (

    select * from {{ ref('int_ae_results_dated') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

thresholds as (

    select * from {{ policy_in_force(ref('stg_policy__status_thresholds'), ['status']) }}

),

weeks as (

    select
        fiscal_quarter,
        week_starts_on,
        max(day_on) as through_on
    from fiscal_days
    group by fiscal_quarter, week_starts_on

),

-- A week is told as it was known at the first landing after it ended, and never told again:
-- what becomes known later is in later steps.
frozen_weeks as (

    select
        weeks.fiscal_quarter,
        weeks.week_starts_on,
        weeks.through_on,
        min(steps.known_step) as cutoff_step,
        min(steps.known_on) as known_on
    from weeks
    inner join steps
        on weeks.through_on < steps.known_on
    group by weeks.fiscal_quarter, weeks.week_starts_on, weeks.through_on

),

-- Weeks that ended before the first landing were never seen week by week.
seen_weeks as (

    select frozen_weeks.*
    from frozen_weeks
    inner join steps
        on frozen_weeks.cutoff_step = steps.known_step
    where not steps.is_until_opening

),

rep_weeks as (

    select
        ae_quarters.rep_id,
        ae_quarters.fiscal_quarter,
        ae_quarters.metric,
        ae_quarters.target,
        ae_quarters.fair_target,
        ae_quarters.active_days_count,
        seen_weeks.week_starts_on,
        seen_weeks.through_on,
        seen_weeks.cutoff_step,
        seen_weeks.known_on
    from ae_quarters
    inner join seen_weeks
        on ae_quarters.fiscal_quarter = seen_weeks.fiscal_quarter
    where ae_quarters.actual is not null

),

rep_quarter_weeks as (

    select distinct
        rep_id,
        fiscal_quarter,
        week_starts_on,
        through_on
    from rep_weeks

),

elapsed as (

    select
        rep_quarter_weeks.rep_id,
        rep_quarter_weeks.fiscal_quarter,
        rep_quarter_weeks.week_starts_on,
        sum(active_days.active_share) as elapsed_days_count
    from rep_quarter_weeks
    inner join active_days
        on rep_quarter_weeks.rep_id = active_days.rep_id
        and rep_quarter_weeks.fiscal_quarter = active_days.fiscal_quarter
        and rep_quarter_weeks.through_on >= active_days.day_on
    group by
        rep_quarter_weeks.rep_id,
        rep_quarter_weeks.fiscal_quarter,
        rep_quarter_weeks.week_starts_on

),

actuals as (

    select
        rep_weeks.rep_id,
        rep_weeks.fiscal_quarter,
        rep_weeks.metric,
        rep_weeks.week_starts_on,
        sum(results.value) as actual
    from rep_weeks
    inner join results
        on rep_weeks.rep_id = results.rep_id
        and rep_weeks.fiscal_quarter = results.fiscal_quarter
        and rep_weeks.metric = results.metric
        and rep_weeks.through_on >= results.happened_on
        and rep_weeks.cutoff_step >= results.known_step
    group by
        rep_weeks.rep_id, rep_weeks.fiscal_quarter, rep_weeks.metric, rep_weeks.week_starts_on

),

measured as (

    select
        rep_weeks.rep_id,
        rep_weeks.fiscal_quarter,
        rep_weeks.metric,
        rep_weeks.week_starts_on,
        rep_weeks.through_on,
        rep_weeks.known_on,
        rep_weeks.cutoff_step,
        rep_weeks.target,
        rep_weeks.fair_target,
        rep_weeks.active_days_count,
        coalesce(elapsed.elapsed_days_count, 0) as elapsed_days_count,
        coalesce(actuals.actual, 0) as actual
    from rep_weeks
    left join elapsed
        on rep_weeks.rep_id = elapsed.rep_id
        and rep_weeks.fiscal_quarter = elapsed.fiscal_quarter
        and rep_weeks.week_starts_on = elapsed.week_starts_on
    left join actuals
        on rep_weeks.rep_id = actuals.rep_id
        and rep_weeks.fiscal_quarter = actuals.fiscal_quarter
        and rep_weeks.metric = actuals.metric
        and rep_weeks.week_starts_on = actuals.week_starts_on

),

with_pace as (

    select
        measured.*,
        {{ ratio('actual', 'fair_target') }} as attainment,
        {{ ratio('elapsed_days_count', 'active_days_count') }} as elapsed_share,
        {{ ratio('actual * active_days_count', 'fair_target * elapsed_days_count') }} as linear_pace,
        {{ share_of_amount('actual', 'active_days_count', 'elapsed_days_count') }}
            as projected_actual
    from measured

),

paced as (

    select
        with_pace.rep_id,
        with_pace.fiscal_quarter,
        with_pace.metric,
        with_pace.week_starts_on,
        max(thresholds.minimum_pace) as reached_pace
    from with_pace
    inner join thresholds
        on with_pace.linear_pace >= thresholds.minimum_pace
    group by
        with_pace.rep_id, with_pace.fiscal_quarter, with_pace.metric, with_pace.week_starts_on

),

ae_weeks as (

    select
        {{ hash_id([
            'with_pace.rep_id', 'with_pace.fiscal_quarter', 'with_pace.metric',
            'with_pace.week_starts_on',
        ]) }} as ae_week_id,
        with_pace.rep_id,
        with_pace.fiscal_quarter,
        with_pace.metric,
        with_pace.week_starts_on,
        with_pace.through_on,
        with_pace.known_on,
        with_pace.target,
        with_pace.fair_target,
        with_pace.elapsed_share,
        cast(with_pace.actual as {{ type_money() }}) as actual,
        with_pace.attainment,
        with_pace.linear_pace,
        with_pace.projected_actual,
        case
            when coalesce(with_pace.fair_target, 0) = 0 then 'not_measured'
            when with_pace.elapsed_days_count = 0 then 'on_track'
            else coalesce(thresholds.status, 'off_track')
        end as status
    from with_pace
    left join paced
        on with_pace.rep_id = paced.rep_id
        and with_pace.fiscal_quarter = paced.fiscal_quarter
        and with_pace.metric = paced.metric
        and with_pace.week_starts_on = paced.week_starts_on
    left join thresholds
        on paced.reached_pace = thresholds.minimum_pace

)

select * from ae_weeks
