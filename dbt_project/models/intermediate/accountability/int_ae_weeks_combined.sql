with

frozen_weeks as (

    select * from {{ ref('stg_cosell__ae_weeks') }}

),

flagged as (

    select * from {{ ref('int_ae_weeks_flagged') }}

),

ae_weeks as (

    select
        ae_week_id,
        rep_id,
        fiscal_quarter,
        metric,
        week_starts_on,
        week_number,
        weeks_count,
        through_on,
        told_on,
        target,
        fair_target,
        active_days_count,
        business_days_count,
        elapsed_days_count,
        elapsed_share,
        actual,
        actual_base,
        attainment,
        linear_pace,
        expected_share,
        seasonal_pace,
        prior_attainment,
        projected_actual,
        projected_attainment,
        projected_low_attainment,
        projected_high_attainment,
        errors_count,
        miss_probability,
        is_flagged,
        flag_reason,
        status,
        acknowledged_on,
        true as is_frozen
    from frozen_weeks

    union all

    select
        {{ hash_id(['rep_id', 'fiscal_quarter', 'metric', 'week_starts_on']) }} as ae_week_id,
        rep_id,
        fiscal_quarter,
        metric,
        week_starts_on,
        week_number,
        weeks_count,
        through_on,
        told_on,
        cast(target as {{ type_money() }}) as target,
        cast(fair_target as {{ type_money() }}) as fair_target,
        cast(active_days_count as decimal(18, 6)) as active_days_count,
        cast(business_days_count as bigint) as business_days_count,
        cast(elapsed_days_count as decimal(18, 6)) as elapsed_days_count,
        elapsed_share,
        actual,
        cast(actual_base as {{ type_money() }}) as actual_base,
        attainment,
        linear_pace,
        expected_share,
        seasonal_pace,
        prior_attainment,
        projected_actual,
        projected_attainment,
        low_attainment as projected_low_attainment,
        high_attainment as projected_high_attainment,
        errors_count,
        miss_probability,
        flag_reason is not null as is_flagged,
        flag_reason,
        status,
        acknowledged_on,
        false as is_frozen
    from flagged

)

select * from ae_weeks
