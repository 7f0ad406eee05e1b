-- Case 4: an amount in a currency without a rate for its day stops the station; it is never
-- taken at 1.0. Fails with the opportunities and the currency whose rate is missing now: what had
-- none when it became known and has one since was posted when the rate came.
with

amounts_ranked as (

    select
        opportunity_id,
        currency,
        amount_company_currency,
        row_number() over (
            partition by opportunity_id order by known_step desc nulls last
        ) as step_rank
    from {{ ref('int_opportunity_amounts_converted') }}

)

select
    opportunity_id,
    currency
from amounts_ranked
where step_rank = 1
    and amount_company_currency is null
