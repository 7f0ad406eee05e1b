with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}
    where measure = 'bookings'
        and exclusion is null

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

rates as (

    select * from {{ ref('int_incentive_rates_compared') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

postings as (

    select
        ledger.posting_id,
        ledger.rep_id,
        ledger.origin_quarter as fiscal_quarter,
        ledger.attribution_class,
        opportunities.opportunity_type,
        ledger.event_on,
        ledger.amount_company_currency
    from ledger
    left join opportunities
        on ledger.opportunity_id = opportunities.opportunity_id

),

-- A posting pays by the rate of its close date: that of its type, else that of any type.
rated as (

    select
        postings.*,
        rates.incentive_rate,
        rates.solo_rate,
        row_number() over (
            partition by postings.posting_id
            order by rates.opportunity_type = '*' nulls last
        ) as rate_rank
    from postings
    left join rates
        on postings.attribution_class = rates.attribution_class
        and (postings.opportunity_type = rates.opportunity_type or rates.opportunity_type = '*')
        and postings.event_on >= rates.effective_from_on
        and {{ before_open_day('postings.event_on', 'rates.effective_before_on') }}

),

-- One rate per group of amounts, so that a cent is rounded once.
grouped as (

    select
        rep_id,
        fiscal_quarter,
        attribution_class,
        opportunity_type,
        incentive_rate,
        solo_rate,
        sum(amount_company_currency) as bookings_amount
    from rated
    where rate_rank = 1
    group by
        rep_id, fiscal_quarter, attribution_class, opportunity_type, incentive_rate, solo_rate

),

paid as (

    select
        grouped.*,
        {{ share_of_amount(
            'cast(bookings_amount as ' ~ type_money() ~ ')', 'incentive_rate', 'cast(1 as decimal(9,6))'
        ) }} as incentive_amount,
        {{ share_of_amount(
            'cast(bookings_amount as ' ~ type_money() ~ ')', 'solo_rate', 'cast(1 as decimal(9,6))'
        ) }} as solo_amount
    from grouped

),

credit as (

    select
        {{ hash_id([
            'paid.rep_id', 'paid.fiscal_quarter', 'paid.attribution_class', 'paid.opportunity_type',
        ]) }} as incentive_credit_id,
        paid.rep_id,
        paid.fiscal_quarter,
        paid.attribution_class,
        paid.opportunity_type,
        cast(sum(paid.bookings_amount) as {{ type_money() }}) as bookings_amount,
        cast(sum(paid.incentive_amount) as {{ type_money() }}) as incentive_amount,
        cast(sum(paid.solo_amount) as {{ type_money() }}) as solo_amount,
        cast(sum(paid.incentive_amount) - sum(paid.solo_amount) as {{ type_money() }})
            as partner_bonus_amount,
        min(company.company_currency) as currency
    from paid
    cross join company
    group by paid.rep_id, paid.fiscal_quarter, paid.attribution_class, paid.opportunity_type

)

select * from credit
