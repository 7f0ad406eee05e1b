with

expectations as (

    select * from {{ ref('int_expectations_resolved') }}

),

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

quarter_days as (

    select * from {{ ref('int_rep_quarter_days_counted') }}

),

actuals as (

    select * from {{ ref('int_ae_actuals_by_moment') }}

),

histories as (

    select * from {{ ref('int_metric_histories_begun') }}

),

expectation_metrics as (

    select * from {{ ref('expectation_metrics') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

-- A share is owed in full by whoever worked at all; counts and money by the day.
targeted as (

    select
        expectations.moment_id,
        moments.moment_kind,
        expectations.rep_id,
        expectations.fiscal_quarter,
        expectations.metric,
        coalesce(expectation_metrics.unit = 'share', false) as is_share,
        expectations.is_own_row,
        expectations.acknowledged_on,
        expectations.target,
        quarter_days.active_days_count,
        quarter_days.elapsed_days_count,
        quarter_days.business_days_count,
        case
            when expectation_metrics.unit = 'share' and quarter_days.active_days_count > 0
            then expectations.target
            when expectation_metrics.unit = 'share' then cast(0 as {{ type_money() }})
            else {{ share_of_amount(
                'expectations.target',
                'quarter_days.active_days_count',
                'quarter_days.business_days_count'
            ) }}
        end as fair_target,
        actuals.value,
        actuals.base_value,
        histories.first_fact_on is not null as has_history,
        quarter_days.seat_days_count < projection_rules.minimum_seat_days as is_new_in_seat,
        moments.moment_kind = 'close' or moments.quarter_ends_on < refresh.as_of
            as is_quarter_over
    from expectations
    cross join projection_rules
    cross join refresh
    inner join moments
        on expectations.moment_id = moments.moment_id
    left join quarter_days
        on expectations.moment_id = quarter_days.moment_id
        and expectations.rep_id = quarter_days.rep_id
    left join actuals
        on expectations.moment_id = actuals.moment_id
        and expectations.rep_id = actuals.rep_id
        and expectations.metric = actuals.metric
    left join expectation_metrics
        on expectations.metric = expectation_metrics.metric
    left join histories
        on expectations.moment_id = histories.moment_id
        and expectations.metric = histories.metric

),

-- Cases 22 and 48: nothing to reach is not measured, and nothing known yet is no 0 %.
judged as (

    select
        targeted.*,
        case
            when is_share then {{ share_of_amount('cast(1 as ' ~ type_money() ~ ')', 'value', 'base_value') }}
            when has_history then coalesce(value, 0)
        end as actual,
        case
            when coalesce(fair_target, 0) = 0 then 'not_measured'
            when is_share and coalesce(base_value, 0) = 0 then 'insufficient_history'
            when not has_history or is_new_in_seat then 'insufficient_history'
        end as not_judged_status
    from targeted

),

attained as (

    select
        judged.*,
        case
            when not_judged_status is null and is_share
            then {{ ratio('value', 'base_value * fair_target') }}
            when not_judged_status is null then {{ ratio('actual', 'fair_target') }}
        end as attainment
    from judged

),

-- A share is the same at every moment of the quarter; counts and money grow with the days.
measured as (

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        metric,
        is_share,
        is_own_row,
        acknowledged_on,
        target,
        fair_target,
        active_days_count,
        elapsed_days_count,
        business_days_count,
        {{ ratio('elapsed_days_count', 'active_days_count') }} as elapsed_share,
        cast(actual as {{ type_money() }}) as actual,
        case when is_share then coalesce(base_value, 0) end as actual_base,
        attainment,
        case
            when not_judged_status is not null then null
            when is_share then attainment
            else {{ ratio(
                'actual * active_days_count', 'fair_target * elapsed_days_count'
            ) }}
        end as linear_pace,
        not_judged_status,
        is_quarter_over
    from attained

)

select * from measured
