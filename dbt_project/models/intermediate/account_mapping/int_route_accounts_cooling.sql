with

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

frozen_routes as (

    select * from {{ ref('stg_cosell__weekly_routes') }}

),

closed_deals as (

    select
        opportunities.account_id,
        'an opportunity was ' || case when opportunities.is_won then 'won' else 'lost' end
        || ' on ' || {{ text_from_day('opportunities.close_on') }} as outcome,
        opportunities.close_on as outcome_on
    from opportunities
    cross join route_week
    where opportunities.is_closed
        and not opportunities.is_deleted
        and opportunities.account_id is not null
        and opportunities.close_on >= route_week.cools_since_on
        and opportunities.close_on <= route_week.as_of

),

-- What was routed and became an opportunity has had its outcome (case 41).
routed_deals as (

    select
        frozen_routes.account_id,
        'an opportunity was opened on ' || {{ text_from_day('opportunities.created_on') }}
        || ' after the account was routed' as outcome,
        opportunities.created_on as outcome_on
    from frozen_routes
    inner join opportunities
        on frozen_routes.account_id = opportunities.account_id
        and frozen_routes.week_starts_on <= opportunities.created_on
    cross join route_week
    where not opportunities.is_deleted
        and frozen_routes.week_starts_on < route_week.week_starts_on
        and opportunities.created_on >= route_week.cools_since_on
        and opportunities.created_on <= route_week.as_of

),

outcomes as (

    select * from closed_deals
    union all
    select * from routed_deals

),

outcomes_ranked as (

    select
        outcomes.*,
        row_number() over (
            partition by account_id
            order by outcome_on desc nulls last, outcome nulls last
        ) as outcome_rank
    from outcomes

),

cooling as (

    select
        account_id,
        outcome_on,
        outcome
    from outcomes_ranked
    where outcome_rank = 1

)

select * from cooling
