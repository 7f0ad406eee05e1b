-- What the teams add up to is what the ledger holds, per quarter and class, to the cent, and every
-- touch that counts as engagement.
with

company as (

    select
        basis,
        fiscal_quarter,
        {% for class in ['sourced', 'influenced', 'direct'] %}
        sum({{ class }}_pipeline_amount) as {{ class }}_pipeline_amount,
        sum({{ class }}_bookings_amount) as {{ class }}_bookings_amount,
        {% endfor %}
        sum(partner_touches_count) as partner_touches_count
    from {{ ref('rpt_team_weeks') }}
    where scope = 'company'
    group by basis, fiscal_quarter

),

ledger as (

    select
        origin_quarter as fiscal_quarter,
        {% for class in ['sourced', 'influenced', 'direct'] %}
        sum(case
            when measure = 'pipeline_created' and attribution_class = '{{ class }}'
            then amount_company_currency else 0
        end) as {{ class }}_pipeline_amount,
        sum(case
            when measure = 'bookings' and attribution_class = '{{ class }}'
            then amount_company_currency else 0
        end) as {{ class }}_bookings_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_attribution_ledger') }}
    where exclusion is null
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
    {% for class in ['sourced', 'influenced', 'direct'] %}
    or company.{{ class }}_pipeline_amount <> coalesce(ledger.{{ class }}_pipeline_amount, 0)
    or company.{{ class }}_bookings_amount <> coalesce(ledger.{{ class }}_bookings_amount, 0)
    {% endfor %}
