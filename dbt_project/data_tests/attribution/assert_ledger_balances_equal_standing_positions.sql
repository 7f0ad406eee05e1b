-- Conservation: whatever the postings were, their sum per opportunity and measure is what stands
-- today, to the cent, in both currencies.
with

balances as (

    select
        opportunity_id,
        measure,
        sum(amount) as amount,
        sum(amount_company_currency) as amount_company_currency
    from {{ ref('fct_attribution_ledger') }}
    group by opportunity_id, measure

),

positions_ranked as (

    select
        opportunity_id,
        measure,
        amount,
        amount_company_currency,
        rank() over (
            partition by opportunity_id, measure order by known_step desc nulls last
        ) as position_rank
    from {{ ref('int_ledger_positions_evaluated') }}

),

standing as (

    select
        opportunity_id,
        measure,
        sum(amount) as amount,
        sum(amount_company_currency) as amount_company_currency
    from positions_ranked
    where position_rank = 1
    group by opportunity_id, measure

)

select
    standing.opportunity_id,
    standing.measure,
    standing.amount_company_currency,
    balances.amount_company_currency as balance
from standing
left join balances
    on standing.opportunity_id = balances.opportunity_id
    and standing.measure = balances.measure
where coalesce(balances.amount, 0) <> standing.amount
    or coalesce(balances.amount_company_currency, 0) <> standing.amount_company_currency
