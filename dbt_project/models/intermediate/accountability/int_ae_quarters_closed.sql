with

frozen_quarters as (

    select * from {{ ref('stg_cosell__ae_quarters') }}

),

decided as (

    select * from {{ ref('int_ae_statuses_decided') }}
    where moment_kind = 'close'

),

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

support as (

    select * from {{ ref('int_rep_support_decided') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

closed as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        closed_on,
        target,
        fair_target,
        active_days_count,
        business_days_count,
        actual,
        actual_base,
        attainment,
        status,
        support_status,
        support_gaps,
        acknowledged_on,
        missed_quarters_count as frozen_missed_quarters_count,
        tier as frozen_tier,
        true as is_frozen
    from frozen_quarters

    union all

    select
        decided.rep_id,
        decided.fiscal_quarter,
        decided.metric,
        moments.told_on as closed_on,
        decided.target,
        decided.fair_target,
        decided.active_days_count,
        decided.business_days_count,
        decided.actual,
        decided.actual_base,
        decided.attainment,
        decided.status,
        coalesce(support.support_status, 'delivered') as support_status,
        support.support_gaps,
        decided.acknowledged_on,
        cast(null as bigint) as frozen_missed_quarters_count,
        cast(null as {{ type_string() }}) as frozen_tier,
        false as is_frozen
    from decided
    inner join moments
        on decided.moment_id = moments.moment_id
    left join support
        on decided.moment_id = support.moment_id
        and decided.rep_id = support.rep_id

)

select
    closed.*,
    quarters.starts_on as quarter_starts_on
from closed
inner join quarters
    on closed.fiscal_quarter = quarters.fiscal_quarter
