-- Rules section 7: per opportunity and model the shares are exactly 1 and the money is the deal's, to
-- the cent, in both currencies.
select
    credits.opportunity_id,
    credits.model,
    sum(credits.credit_share) as shares,
    sum(credits.credit_amount_company_currency) as credited,
    max(opportunities.amount_company_currency) as amount_company_currency
from {{ ref('fct_analytic_credits') }} as credits
inner join {{ ref('fct_attributed_opportunities') }} as opportunities
    on credits.opportunity_id = opportunities.opportunity_id
group by credits.opportunity_id, credits.model
having sum(credits.credit_share) <> 1
    or sum(credits.credit_amount_company_currency) <> max(opportunities.amount_company_currency)
    or sum(credits.credit_amount) <> max(coalesce(opportunities.amount, 0))
