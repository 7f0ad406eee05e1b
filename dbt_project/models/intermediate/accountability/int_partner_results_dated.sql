with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}
    where exclusion is null
        and partner_id is not null

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where exclusion is null
        and not is_deleted
        and partner_id is not null

),

touches as (

    select * from {{ ref('fct_partner_touches') }}
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'

),

support_versions as (

    select * from {{ ref('stg_templates__support_log') }}

),

route_outcomes as (

    select * from {{ ref('fct_route_outcomes') }}

),

support_ranked as (

    select
        support_versions.*,
        {{ newest_version('support_id') }} as version_rank
    from support_versions
    where partner_id is not null

),

-- Rules section 7.1: what a partner sourced and what it influenced are never one figure.
results as (

    select
        partner_id,
        event_on as happened_on,
        case
            when measure = 'bookings' then attribution_class || '_bookings'
            else attribution_class || '_pipeline'
        end as metric,
        amount_company_currency as value,
        cast(0 as bigint) as base_count
    from ledger

    union all

    select
        partner_id,
        event_on as happened_on,
        measure as metric,
        amount_company_currency as value,
        cast(0 as bigint) as base_count
    from ledger
    where attribution_class = 'sourced'

    union all

    select
        partner_id,
        created_on as happened_on,
        'co_sell_opportunities' as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from opportunities

    union all

    select
        partner_id,
        created_on as happened_on,
        'partner_sourced_opportunities' as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from opportunities
    where attribution_class = 'sourced'

    union all

    select
        partner_id,
        occurred_on as happened_on,
        'partner_touches' as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from touches

    union all

    select
        partner_id,
        occurred_on as happened_on,
        case when touch_type = 'joint_call' then 'joint_calls' else 'partner_intros' end as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from touches
    where touch_type in ('joint_call', 'intro', 'referral', 'exec_intro')

    union all

    select
        partner_id,
        {{ company_date('given_at') }} as happened_on,
        case when kind = 'intro' then 'intros_given' else kind || '_given' end as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from support_ranked
    where version_rank = 1

    union all

    select
        partner_id,
        week_starts_on as happened_on,
        'routed_accounts' as metric,
        cast(1 as {{ type_money() }}) as value,
        cast(0 as bigint) as base_count
    from route_outcomes

    union all

    -- What is still inside its working week is neither worked nor left.
    select
        partner_id,
        week_starts_on as happened_on,
        'worked_routes_share' as metric,
        cast(case when is_touched_in_time then 1 else 0 end as {{ type_money() }}) as value,
        cast(1 as bigint) as base_count
    from route_outcomes
    where is_touched_in_time is not null

),

summed as (

    select
        partner_id,
        metric,
        happened_on,
        cast(sum(value) as {{ type_money() }}) as value,
        cast(sum(base_count) as bigint) as base_count
    from results
    where happened_on is not null
    group by partner_id, metric, happened_on

)

select * from summed
