with

decided as (

    select * from {{ ref('int_ae_statuses_decided') }}
    where moment_kind = 'today'

),

closed as (

    select * from {{ ref('int_ae_tiers_decided') }}

),

support as (

    select * from {{ ref('int_rep_support_decided') }}
    where moment_kind = 'today'

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

-- What was closed stays, also where nothing of it is known any more.
quarter_keys as (

    select rep_id, fiscal_quarter, metric from decided
    union
    select rep_id, fiscal_quarter, metric from closed

),

ae_quarters as (

    select
        {{ hash_id(['quarter_keys.rep_id', 'quarter_keys.fiscal_quarter', 'quarter_keys.metric']) }}
            as ae_quarter_id,
        quarter_keys.rep_id,
        quarter_keys.fiscal_quarter,
        quarter_keys.metric,
        cast(decided.target as {{ type_money() }}) as target,
        cast(decided.fair_target as {{ type_money() }}) as fair_target,
        cast(decided.active_days_count as decimal(18, 6)) as active_days_count,
        cast(decided.business_days_count as bigint) as business_days_count,
        decided.actual,
        cast(decided.actual_base as {{ type_money() }}) as actual_base,
        decided.attainment,
        decided.linear_pace,
        coalesce(decided.status, 'not_measured') as status,
        coalesce(decided.is_own_row, false) as has_own_expectation,
        decided.acknowledged_on,
        coalesce(closed.support_status, support.support_status, 'delivered') as support_status,
        case
            when closed.rep_id is null then support.support_gaps else closed.support_gaps
        end as support_gaps,
        closed.target as frozen_target,
        closed.fair_target as frozen_fair_target,
        closed.actual as frozen_actual,
        closed.attainment as frozen_attainment,
        closed.status as frozen_status,
        closed.closed_on as frozen_on,
        closed.missed_quarters_count,
        closed.tier,
        quarters.ends_on < refresh.as_of as is_quarter_over,
        quarters.closing_step is not null as is_quarter_closed
    from quarter_keys
    cross join refresh
    inner join quarters
        on quarter_keys.fiscal_quarter = quarters.fiscal_quarter
    left join decided
        on quarter_keys.rep_id = decided.rep_id
        and quarter_keys.fiscal_quarter = decided.fiscal_quarter
        and quarter_keys.metric = decided.metric
    left join closed
        on quarter_keys.rep_id = closed.rep_id
        and quarter_keys.fiscal_quarter = closed.fiscal_quarter
        and quarter_keys.metric = closed.metric
    left join support
        on quarter_keys.rep_id = support.rep_id
        and quarter_keys.fiscal_quarter = support.fiscal_quarter

)

select * from ae_quarters
