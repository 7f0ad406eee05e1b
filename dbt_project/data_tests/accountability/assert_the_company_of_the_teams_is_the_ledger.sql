-- What the teams add up to is what the ledger holds, per quarter and class, to the cent, and every
-- touch that counts as engagement.
with

company as (

    select
        basis,
        fiscal_quarter,
        sum(sourced_pipeline_amount) as sourced_pipeline_amount,
        sum(sourced_bookings_amount) as sourced_bookings_amount,
        sum(influenced_pipeline_amount) as influenced_pipeline_amount,
        sum(influenced_bookings_amount) as influenced_bookings_amount,
        sum(direct_pipeline_amount) as direct_pipeline_amount,
        sum(direct_bookings_amount) as direct_bookings_amount,
        sum(partner_touches_count) as partner_touches_count
    from {{ ref('rpt_team_weeks') }}
    where scope = 'company'
    group by basis, fiscal_quarter

),

classed as (

    select
        origin_quarter,
        amount_company_currency,
        case
            when measure = 'bookings' then attribution_class || '_bookings'
            else attribution_class || '_pipeline'
        end as kind
    from {{ ref('fct_attribution_ledger') }}
    where exclusion is null

),

ledger as (

    select
        origin_quarter as fiscal_quarter,
        sum(case when kind = 'sourced_pipeline' then amount_company_currency else 0 end) as sourced_pipeline_amount,
        sum(case when kind = 'sourced_bookings' then amount_company_currency else 0 end) as sourced_bookings_amount,
        sum(case when kind = 'influenced_pipeline' then amount_company_currency else 0 end) as influenced_pipeline_amount,
        sum(case when kind = 'influenced_bookings' then amount_company_currency else 0 end) as influenced_bookings_amount,
        sum(case when kind = 'direct_pipeline' then amount_company_currency else 0 end) as direct_pipeline_amount,
        sum(case when kind = 'direct_bookings' then amount_company_currency else 0 end) as direct_bookings_amount
    from classed
    group by origin_quarter

),

touches as (

    select
        fiscal_quarter,
        cast(count(*) as bigint) as partner_touches_count
    from {{ ref('fct_partner_touches') }}
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'
    group by fiscal_quarter

)

select
    company.basis,
    company.fiscal_quarter,
    company.sourced_pipeline_amount,
    ledger.sourced_pipeline_amount as ledger_sourced_pipeline_amount,
    company.partner_touches_count,
    touches.partner_touches_count as landed_touches_count
from company
left join ledger
    on company.fiscal_quarter is not distinct from ledger.fiscal_quarter
left join touches
    on company.fiscal_quarter is not distinct from touches.fiscal_quarter
where company.partner_touches_count <> coalesce(touches.partner_touches_count, 0)
    or company.sourced_pipeline_amount <> coalesce(ledger.sourced_pipeline_amount, 0)
    or company.sourced_bookings_amount <> coalesce(ledger.sourced_bookings_amount, 0)
    or company.influenced_pipeline_amount <> coalesce(ledger.influenced_pipeline_amount, 0)
    or company.influenced_bookings_amount <> coalesce(ledger.influenced_bookings_amount, 0)
    or company.direct_pipeline_amount <> coalesce(ledger.direct_pipeline_amount, 0)
    or company.direct_bookings_amount <> coalesce(ledger.direct_bookings_amount, 0)
