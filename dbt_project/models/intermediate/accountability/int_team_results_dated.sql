with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

-- Case 23: what has no rep stays in, or the teams would not add up to the company.
results as (

    select
        rep_id,
        origin_quarter as fiscal_quarter,
        event_on as happened_on,
        case
            when measure = 'bookings' then attribution_class || '_bookings'
            else attribution_class || '_pipeline'
        end as result,
        cast(amount_company_currency as {{ type_money() }}) as value
    from ledger
    where exclusion is null

    union all

    select
        rep_id,
        created_quarter as fiscal_quarter,
        created_on as happened_on,
        attribution_class || '_opportunities' as result,
        cast(1 as {{ type_money() }}) as value
    from opportunities
    where exclusion is null
        and not is_deleted

    union all

    select
        rep_id,
        fiscal_quarter,
        occurred_on as happened_on,
        case when touch_type = 'joint_call' then 'joint_calls' else 'other_touches' end as result,
        cast(1 as {{ type_money() }}) as value
    from touches
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'

),

summed as (

    select
        rep_id,
        fiscal_quarter,
        happened_on,
        result,
        cast(sum(value) as {{ type_money() }}) as value
    from results
    group by rep_id, fiscal_quarter, happened_on, result

)

select * from summed
