with

combined as (

    select * from {{ ref('int_ae_weeks_combined') }}

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
        acknowledged_on
    from combined

)

select * from ae_weeks
