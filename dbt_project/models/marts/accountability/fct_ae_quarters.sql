with

expectations as (

    select * from {{ ref('int_expectations_resolved') }}

),

days as (

    select * from {{ ref('int_rep_quarter_days_counted') }}

),

results as (

    select * from {{ ref('int_ae_results_dated') }}

),

elapsed as (

    select
        active_days.rep_id,
        active_days.fiscal_quarter,
        sum(active_days.active_share) as elapsed_days_count
    from {{ ref('int_rep_active_days') }} as active_days
    cross join {{ ref('int_refresh_current') }} as refresh
    where active_days.day_on <= refresh.as_of
    group by active_days.rep_id, active_days.fiscal_quarter

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

thresholds as (

    select * from {{ policy_in_force(ref('stg_policy__status_thresholds'), ['status']) }}

),

expectation_metrics as (

    select * from {{ ref('expectation_metrics') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

actuals as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        sum(value) as actual
    from results
    group by rep_id, fiscal_quarter, metric

),

-- Case 48: a metric has history from the first fact of its kind that anybody in the company has.
metric_histories as (

    select
        metric,
        min(happened_on) as first_fact_on
    from results
    group by metric

),

measured as (

    select
        expectations.rep_id,
        expectations.fiscal_quarter,
        expectations.metric,
        expectations.quarter_starts_on,
        expectations.quarter_ends_on,
        expectations.is_own_row,
        expectations.acknowledged_on,
        expectations.target,
        days.active_days_count,
        days.business_days_count,
        -- A share is owed in full by whoever worked at all; counts and money by the day.
        case
            when expectation_metrics.unit = 'share' and days.active_days_count > 0
            then expectations.target
            when expectation_metrics.unit = 'share' then cast(0 as {{ type_money() }})
            else {{ share_of_amount(
                'expectations.target', 'days.active_days_count', 'days.business_days_count'
            ) }}
        end as fair_target,
        case
            when metric_histories.first_fact_on <= expectations.quarter_ends_on
            then coalesce(actuals.actual, 0)
        end as actual,
        coalesce(elapsed.elapsed_days_count, 0) as elapsed_days_count,
        expectations.quarter_ends_on < refresh.as_of as is_quarter_over,
        quarters.closing_step is not null as is_quarter_closed
    from expectations
    cross join refresh
    left join days
        on expectations.rep_id = days.rep_id
        and expectations.fiscal_quarter = days.fiscal_quarter
    left join actuals
        on expectations.rep_id = actuals.rep_id
        and expectations.fiscal_quarter = actuals.fiscal_quarter
        and expectations.metric = actuals.metric
    left join expectation_metrics
        on expectations.metric = expectation_metrics.metric
    left join metric_histories
        on expectations.metric = metric_histories.metric
    left join elapsed
        on expectations.rep_id = elapsed.rep_id
        and expectations.fiscal_quarter = elapsed.fiscal_quarter
    left join quarters
        on expectations.fiscal_quarter = quarters.fiscal_quarter

),

-- Case 22: nothing to reach (never in seat, on leave all quarter) is not measured; it is neither
-- 0 % nor 100 %.
with_attainment as (

    select
        measured.*,
        {{ ratio('measured.actual', 'measured.fair_target') }} as attainment,
        case
            when measured.active_days_count > 0
            then {{ ratio(
                    'measured.actual * measured.active_days_count',
                    'measured.fair_target * measured.elapsed_days_count'
                ) }}
        end as linear_pace
    from measured

),

paced as (

    select
        with_attainment.rep_id,
        with_attainment.fiscal_quarter,
        with_attainment.metric,
        max(thresholds.minimum_pace) as reached_pace
    from with_attainment
    inner join thresholds
        on with_attainment.linear_pace >= thresholds.minimum_pace
    group by
        with_attainment.rep_id, with_attainment.fiscal_quarter, with_attainment.metric

),

ae_quarters as (

    select
        {{ hash_id(['with_attainment.rep_id', 'with_attainment.fiscal_quarter', 'with_attainment.metric']) }}
            as ae_quarter_id,
        with_attainment.rep_id,
        with_attainment.fiscal_quarter,
        with_attainment.metric,
        cast(with_attainment.target as {{ type_money() }}) as target,
        cast(with_attainment.fair_target as {{ type_money() }}) as fair_target,
        cast(with_attainment.active_days_count as decimal(18, 6)) as active_days_count,
        cast(with_attainment.business_days_count as bigint) as business_days_count,
        cast(with_attainment.actual as {{ type_money() }}) as actual,
        with_attainment.attainment,
        with_attainment.linear_pace,
        case
            when coalesce(with_attainment.fair_target, 0) = 0 then 'not_measured'
            when with_attainment.actual is null then 'insufficient_history'
            when with_attainment.is_quarter_over and with_attainment.attainment >= 1 then 'met'
            when with_attainment.is_quarter_over then 'missed'
            -- Nothing was due yet: the first working day has not come.
            when with_attainment.elapsed_days_count = 0 then 'on_track'
            else coalesce(thresholds.status, 'off_track')
        end as status,
        with_attainment.is_own_row as has_own_expectation,
        with_attainment.acknowledged_on,
        with_attainment.is_quarter_over,
        with_attainment.is_quarter_closed
    from with_attainment
    left join paced
        on with_attainment.rep_id = paced.rep_id
        and with_attainment.fiscal_quarter = paced.fiscal_quarter
        and with_attainment.metric = paced.metric
    left join thresholds
        on paced.reached_pace = thresholds.minimum_pace

)

select * from ae_quarters
