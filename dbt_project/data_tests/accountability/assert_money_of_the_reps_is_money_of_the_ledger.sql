-- What the reps' quarters say of pipeline and bookings is what the ledger says, to the cent, for
-- every rep and quarter that is measured.
with

measured as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        actual
    from {{ ref('fct_ae_quarters') }}
    where metric in ('pipeline_created', 'bookings')
        and actual is not null

),

balances as (

    select
        rep_id,
        origin_quarter as fiscal_quarter,
        measure as metric,
        sum(amount_company_currency) as balance
    from {{ ref('fct_attribution_ledger') }}
    where exclusion is null
    group by rep_id, origin_quarter, measure

)

select
    measured.rep_id,
    measured.fiscal_quarter,
    measured.metric,
    measured.actual,
    balances.balance
from measured
left join balances
    on measured.rep_id = balances.rep_id
    and measured.fiscal_quarter = balances.fiscal_quarter
    and measured.metric = balances.metric
where measured.actual <> coalesce(balances.balance, 0)
