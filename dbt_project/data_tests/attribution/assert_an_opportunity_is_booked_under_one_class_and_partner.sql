-- Case 2: one primary partner. Of all keys that an opportunity was ever booked under, at most one
-- holds a balance; three partners never hold the same money three times. Reps may share a deal by
-- revenue splits (case 26), classes, partners and quarters may not.
select
    opportunity_id,
    measure,
    count(*) as keys_with_balance
from (
    select
        opportunity_id,
        measure,
        attribution_class,
        partner_id,
        origin_quarter,
        sum(amount_company_currency) as balance
    from {{ ref('fct_attribution_ledger') }}
    group by opportunity_id, measure, attribution_class, partner_id, origin_quarter
) as balances
where balance <> 0
group by opportunity_id, measure
having count(*) > 1
