with rates as (
    select IsoCode, cast(ConversionRate as decimal(18, 6)) as rate, cast(StartDate as date) as starts_on
    from {{ newest_export('DatedConversionRate', changed_at='filename', is_deleted=none) }}
),

deals as (
    select opportunities.*, cast(opportunities.amount / rates.rate as decimal(18, 2)) as company_amount
    from {{ ref('stg_opportunities') }} as opportunities
    asof left join rates
        on opportunities.currency = rates.IsoCode and opportunities.close_on >= rates.starts_on
),

paired as (
    select deals.*, touches.partner_id, touches.touch_type, touches.occurred_on
    from deals
    inner join {{ ref('stg_touches') }} as touches
        on touches.opportunity_id = deals.opportunity_id
        or (touches.opportunity_id is null and touches.account_id = deals.account_id)
),

classed as (
    select
        opportunity_id, partner_id, occurred_on,
        case
            when touch_type in ('deal_registration', 'intro', 'referral', 'partner_lead')
                and occurred_on between created_on - interval 30 day and created_on then 'sourced'
            when touch_type in ('joint_call', 'technical_validation', 'exec_intro',
                'deal_registration_support')
                and occurred_on > created_on and occurred_on <= close_on then 'influenced'
        end as class
    from paired
),

last_touch as (
    select opportunity_id, partner_id, class
    from classed where class is not null
    qualify row_number() over (
        partition by opportunity_id order by class desc, occurred_on desc, partner_id
    ) = 1
)

select
    deals.opportunity_id,
    coalesce(last_touch.class, 'direct') as class,
    last_touch.partner_id,
    deals.rep_id,
    deals.company_amount as amount
from deals
left join last_touch on deals.opportunity_id = last_touch.opportunity_id
