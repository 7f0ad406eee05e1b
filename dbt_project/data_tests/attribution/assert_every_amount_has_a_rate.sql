-- Case 4: an amount in a currency without a rate for its day stops the station; it is never
-- taken at 1.0. Fails with the opportunities and the currency whose rate is missing.
select distinct
    opportunity_id,
    currency
from {{ ref('int_opportunity_amounts_converted') }}
where amount_company_currency is null
