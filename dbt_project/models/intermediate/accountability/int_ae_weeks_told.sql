with

frozen_weeks as (

    select * from {{ ref('stg_cosell__ae_weeks') }}

),

decided as (

    select * from {{ ref('int_ae_statuses_decided') }}
    where moment_kind = 'week'

),

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

expectation_metrics as (

    select * from {{ ref('expectation_metrics') }}

),

told as (

    select
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
        status,
        acknowledged_on,
        projected_attainment as frozen_projected_attainment,
        true as is_frozen
    from frozen_weeks

    union all

    select
        decided.rep_id,
        decided.fiscal_quarter,
        decided.metric,
        moments.week_starts_on,
        moments.week_number,
        moments.weeks_count,
        moments.through_on,
        moments.told_on,
        decided.target,
        decided.fair_target,
        decided.active_days_count,
        decided.business_days_count,
        decided.elapsed_days_count,
        decided.elapsed_share,
        decided.actual,
        decided.actual_base,
        decided.attainment,
        decided.linear_pace,
        decided.status,
        decided.acknowledged_on,
        cast(null as decimal(18, 6)) as frozen_projected_attainment,
        false as is_frozen
    from decided
    inner join moments
        on decided.moment_id = moments.moment_id

)

select
    told.*,
    coalesce(expectation_metrics.unit = 'share', false) as is_share,
    quarters.starts_on as quarter_starts_on,
    told.through_on = quarters.ends_on as is_last_week
from told
inner join quarters
    on told.fiscal_quarter = quarters.fiscal_quarter
left join expectation_metrics
    on told.metric = expectation_metrics.metric
