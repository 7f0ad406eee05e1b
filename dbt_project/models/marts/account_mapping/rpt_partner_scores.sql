with

partners as (

    select * from {{ ref('dim_partners') }}

),

partner_states as (

    select * from {{ ref('fct_partner_state_history') }}

),

attributed_opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__partner_scores'), []) }}

),

deals as (

    select
        opportunity_id,
        account_id,
        created_on,
        amount_company_currency,
        is_won,
        {{ days_between('created_on', 'close_on') }} as cycle_days
    from attributed_opportunities
    where is_closed
        and not is_deleted
        and exclusion is null
        and account_id is not null

),

-- Case 34: the account counts as the partner's customer if it was one when our deal began, not if
-- it is one today.
customer_deals as (

    select
        partner_states.partner_id,
        deals.opportunity_id,
        deals.amount_company_currency,
        deals.is_won,
        deals.cycle_days
    from deals
    inner join partner_states
        on deals.account_id = partner_states.account_id
        and deals.created_on >= partner_states.valid_from_on
        and (
            partner_states.valid_until_on is null
            or deals.created_on < partner_states.valid_until_on
        )
    where partner_states.partner_state = 'customer'

),

on_customers as (

    select
        partner_id,
        cast(count(*) as bigint) as closed_count,
        cast(sum(case when is_won then 1 else 0 end) as bigint) as won_count,
        cast(sum(case when is_won and amount_company_currency is not null then 1 else 0 end) as bigint)
            as priced_count,
        cast(sum(case when is_won then amount_company_currency end) as {{ type_money() }})
            as won_amount,
        cast(sum(case when is_won then cycle_days end) as bigint) as cycle_days
    from customer_deals
    group by partner_id

),

all_deals as (

    select
        cast(count(*) as bigint) as closed_count,
        cast(sum(case when is_won then 1 else 0 end) as bigint) as won_count,
        cast(sum(case when is_won and amount_company_currency is not null then 1 else 0 end) as bigint)
            as priced_count,
        cast(sum(case when is_won then amount_company_currency end) as {{ type_money() }})
            as won_amount,
        cast(sum(case when is_won then cycle_days end) as bigint) as cycle_days
    from deals

),

-- The baseline is every other closed deal of ours.
compared as (

    select
        partners.partner_id,
        coalesce(on_customers.closed_count, 0) as closed_count,
        coalesce(on_customers.won_count, 0) as won_count,
        coalesce(all_deals.closed_count, 0) - coalesce(on_customers.closed_count, 0)
            as baseline_closed_count,
        coalesce(all_deals.won_count, 0) - coalesce(on_customers.won_count, 0) as baseline_won_count,
        coalesce(on_customers.closed_count, 0) >= rules.minimum_closed_count
        and all_deals.closed_count - coalesce(on_customers.closed_count, 0)
        >= rules.minimum_closed_count as has_enough_deals,
        {{ share('on_customers.won_count', 'on_customers.closed_count') }} as win_rate_share,
        {{ share(
            'all_deals.won_count - coalesce(on_customers.won_count, 0)',
            'all_deals.closed_count - coalesce(on_customers.closed_count, 0)'
        ) }} as baseline_win_rate_share,
        cast(
            {{ ratio('on_customers.won_amount', 'on_customers.priced_count') }}
            as {{ type_money() }}
        ) as deal_size_amount,
        cast({{ ratio(
            'all_deals.won_amount - coalesce(on_customers.won_amount, 0)',
            'all_deals.priced_count - coalesce(on_customers.priced_count, 0)'
        ) }} as {{ type_money() }}) as baseline_deal_size_amount,
        {{ ratio('on_customers.cycle_days', 'on_customers.won_count') }} as cycle_days,
        {{ ratio(
            'all_deals.cycle_days - coalesce(on_customers.cycle_days, 0)',
            'all_deals.won_count - coalesce(on_customers.won_count, 0)'
        ) }} as baseline_cycle_days,
        rules.win_rate_share as win_rate_weight,
        rules.deal_size_share as deal_size_weight,
        rules.cycle_time_share as cycle_time_weight,
        rules.most_ratio
    from partners
    cross join all_deals
    cross join rules
    left join on_customers
        on partners.partner_id = on_customers.partner_id
    where partners.is_active

),

-- A ratio above 1 is better than the baseline; a short cycle is.
rated as (

    select
        compared.*,
        {{ ratio('win_rate_share', 'baseline_win_rate_share') }} as win_rate_ratio,
        {{ ratio('deal_size_amount', 'baseline_deal_size_amount') }} as deal_size_ratio,
        {{ ratio('baseline_cycle_days', 'cycle_days') }} as cycle_time_ratio
    from compared

),

pointed as (

    select
        rated.*,
        cast(
            100 * win_rate_weight
            * {{ share('least(win_rate_ratio, most_ratio)', 'most_ratio') }}
            as {{ type_score() }}
        ) as win_rate_points,
        cast(
            100 * deal_size_weight
            * {{ share('least(deal_size_ratio, most_ratio)', 'most_ratio') }}
            as {{ type_score() }}
        ) as deal_size_points,
        cast(
            100 * cycle_time_weight
            * {{ share('least(cycle_time_ratio, most_ratio)', 'most_ratio') }}
            as {{ type_score() }}
        ) as cycle_time_points
    from rated

),

scores as (

    select
        partner_id,
        closed_count,
        won_count,
        baseline_closed_count,
        baseline_won_count,
        case when has_enough_deals then win_rate_share end as win_rate_share,
        case when has_enough_deals then baseline_win_rate_share end as baseline_win_rate_share,
        case when has_enough_deals then deal_size_amount end as deal_size_amount,
        case when has_enough_deals then baseline_deal_size_amount end
            as baseline_deal_size_amount,
        case when has_enough_deals then cycle_days end as cycle_days,
        case when has_enough_deals then baseline_cycle_days end as baseline_cycle_days,
        case when has_enough_deals then win_rate_points end as win_rate_points,
        case when has_enough_deals then deal_size_points end as deal_size_points,
        case when has_enough_deals then cycle_time_points end as cycle_time_points,
        case
            when has_enough_deals
            then cast(win_rate_points + deal_size_points + cycle_time_points as {{ type_score() }})
        end as score,
        case
            when not has_enough_deals then 'too_few'
            when win_rate_points + deal_size_points + cycle_time_points is null then 'too_few'
            else 'scored'
        end as status
    from pointed

)

select * from scores
