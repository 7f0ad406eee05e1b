-- Case 46: a quota in a currency without a plan rate stops the station; it is never taken at 1.0.
-- Fails with the quotas and their currency: add it to config/policy/plan_rates.csv.
select
    quota_id,
    currency
from {{ ref('fct_quotas') }}
where quota_amount is not null
    and quota_amount_company_currency is null
