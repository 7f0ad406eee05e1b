with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

-- Only what may count as engagement: a downloaded list or an automatic mail is no conversation.
engaging_touches as (

    select
        rep_id,
        partner_id,
        fiscal_quarter,
        'partner_touches' as figure,
        cast(null as {{ type_string() }}) as attribution_class,
        touch_id as record_id,
        account_id,
        touch_type,
        cast(null as boolean) as is_open,
        cast(null as {{ type_money() }}) as amount_company_currency
    from touches
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'

),

counted_opportunities as (

    select * from opportunities
    where exclusion is null
        and not is_deleted

),

created_opportunities as (

    select
        rep_id,
        partner_id,
        created_quarter as fiscal_quarter,
        'opportunities_created' as figure,
        attribution_class,
        opportunity_id as record_id,
        account_id,
        cast(null as {{ type_string() }}) as touch_type,
        not is_closed as is_open,
        cast(null as {{ type_money() }}) as amount_company_currency
    from counted_opportunities

),

won_opportunities as (

    select
        booked_rep_id as rep_id,
        partner_id,
        booked_quarter as fiscal_quarter,
        'opportunities_won' as figure,
        attribution_class,
        opportunity_id as record_id,
        account_id,
        cast(null as {{ type_string() }}) as touch_type,
        not is_closed as is_open,
        cast(null as {{ type_money() }}) as amount_company_currency
    from counted_opportunities
    where is_won

),

ledger_by_opportunity as (

    select
        rep_id,
        partner_id,
        origin_quarter as fiscal_quarter,
        measure,
        attribution_class,
        opportunity_id,
        sum(amount_company_currency) as amount
    from ledger
    where exclusion is null
    group by rep_id, partner_id, origin_quarter, measure, attribution_class, opportunity_id

),

-- Open is what of the balance belongs to deals that are open today: a rep who holds a part of a
-- split deal has that part (case 26), and the rep of the day of creation keeps it (case 1).
ledger_balances as (

    select
        ledger_by_opportunity.rep_id,
        ledger_by_opportunity.partner_id,
        ledger_by_opportunity.fiscal_quarter,
        ledger_by_opportunity.measure as figure,
        ledger_by_opportunity.attribution_class,
        ledger_by_opportunity.opportunity_id as record_id,
        opportunities.account_id,
        cast(null as {{ type_string() }}) as touch_type,
        coalesce(not opportunities.is_closed and not opportunities.is_deleted, false) as is_open,
        cast(ledger_by_opportunity.amount as {{ type_money() }}) as amount_company_currency
    from ledger_by_opportunity
    left join opportunities
        on ledger_by_opportunity.opportunity_id = opportunities.opportunity_id

),

all_records as (

    select * from engaging_touches
    union all
    select * from created_opportunities
    union all
    select * from won_opportunities
    union all
    select * from ledger_balances

),

rep_partner_records as (

    select
        {{ hash_id([
            'rep_id', 'partner_id', 'fiscal_quarter', 'figure', 'attribution_class', 'record_id',
        ]) }} as rep_partner_record_id,
        rep_id,
        partner_id,
        fiscal_quarter,
        figure,
        attribution_class,
        record_id,
        account_id,
        touch_type,
        is_open,
        amount_company_currency
    from all_records

)

select * from rep_partner_records
