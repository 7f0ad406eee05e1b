with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}
    where exclusion is null
        and measure = 'bookings'
        and attribution_class = 'sourced'

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where exclusion is null
        and not is_deleted
        and is_closed

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

sourced_deals as (

    select
        ledger.origin_quarter as fiscal_quarter,
        ledger.opportunity_id,
        sum(ledger.amount_company_currency) as booked_amount
    from ledger
    group by ledger.origin_quarter, ledger.opportunity_id
    having sum(ledger.amount_company_currency) <> 0

),

-- First figure: what partners sourced and we won, with the deals by name, the largest first.
sourced_bookings as (

    select
        sourced_deals.fiscal_quarter,
        cast(sum(sourced_deals.booked_amount) as {{ type_money() }}) as booked_amount,
        cast(count(*) as bigint) as deals_count,
        {{ ordered_list(
            "coalesce(opportunities.opportunity_name, sourced_deals.opportunity_id)"
            ~ " || ' (' || sourced_deals.opportunity_id || ': '"
            ~ " || cast(cast(sourced_deals.booked_amount as decimal(18,2)) as " ~ type_string() ~ ") || ')'",
            '-sourced_deals.booked_amount'
        ) }} as named_deals
    from sourced_deals
    left join opportunities
        on sourced_deals.opportunity_id = opportunities.opportunity_id
    group by sourced_deals.fiscal_quarter

),

closed as (

    select
        fiscal_days.fiscal_quarter,
        opportunities.attribution_class,
        opportunities.is_won,
        {{ days_between('opportunities.created_on', 'opportunities.close_on') }} as days_to_close
    from opportunities
    inner join fiscal_days
        on opportunities.close_on = fiscal_days.day_on

),

-- Second and third figure: days from creation to the win of influenced deals, and the won share of
-- the sourced ones that closed, each beside what was sold without a partner.
closed_quarters as (

    select
        fiscal_quarter,
        cast(sum(case when is_won and attribution_class = 'influenced' then 1 else 0 end) as bigint)
            as influenced_won_count,
        cast(sum(case when is_won and attribution_class = 'direct' then 1 else 0 end) as bigint)
            as direct_won_count,
        cast(
            sum(case when is_won and attribution_class = 'influenced' then days_to_close else 0 end)
            as decimal(18, 0)
        ) as influenced_days,
        cast(
            sum(case when is_won and attribution_class = 'direct' then days_to_close else 0 end)
            as decimal(18, 0)
        ) as direct_days,
        cast(sum(case when attribution_class = 'sourced' then 1 else 0 end) as bigint)
            as sourced_closed_count,
        cast(sum(case when is_won and attribution_class = 'sourced' then 1 else 0 end) as bigint)
            as sourced_won_count,
        cast(sum(case when attribution_class = 'direct' then 1 else 0 end) as bigint)
            as direct_closed_count
    from closed
    group by fiscal_quarter

),

figures as (

    select
        coalesce(closed_quarters.fiscal_quarter, sourced_bookings.fiscal_quarter) as fiscal_quarter,
        coalesce(sourced_bookings.booked_amount, cast(0 as {{ type_money() }})) as sourced_arr_amount,
        coalesce(sourced_bookings.deals_count, 0) as sourced_deals_count,
        sourced_bookings.named_deals as sourced_named_deals,
        coalesce(closed_quarters.influenced_won_count, 0) as influenced_won_count,
        {{ ratio('closed_quarters.influenced_days', 'closed_quarters.influenced_won_count') }}
            as influenced_days_to_close,
        coalesce(closed_quarters.direct_won_count, 0) as direct_won_count,
        {{ ratio('closed_quarters.direct_days', 'closed_quarters.direct_won_count') }}
            as direct_days_to_close,
        coalesce(closed_quarters.sourced_closed_count, 0) as sourced_closed_count,
        coalesce(closed_quarters.sourced_won_count, 0) as sourced_won_count,
        {{ share('closed_quarters.sourced_won_count', 'closed_quarters.sourced_closed_count') }}
            as sourced_won_share,
        coalesce(closed_quarters.direct_closed_count, 0) as direct_closed_count,
        {{ share('closed_quarters.direct_won_count', 'closed_quarters.direct_closed_count') }}
            as direct_won_share
    from closed_quarters
    full outer join sourced_bookings
        on closed_quarters.fiscal_quarter = sourced_bookings.fiscal_quarter

)

select * from figures
