with

route_outcomes as (

    select * from {{ ref('fct_route_outcomes') }}

),

frozen_routes as (

    select * from {{ ref('stg_cosell__weekly_routes') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

-- A routed account is judged on the day on which its touch was due, and belongs to the quarter of
-- that day; what is not due yet is no case.
judged as (

    select
        route_outcomes.route_id,
        route_outcomes.rep_id,
        fiscal_days.fiscal_quarter,
        route_outcomes.touch_due_on as happened_on,
        frozen_routes.known_step,
        cast(
            case when route_outcomes.is_touched_in_time then 1 else 0 end as {{ type_money() }}
        ) as value,
        cast(1 as {{ type_money() }}) as base_value
    from route_outcomes
    inner join frozen_routes
        on route_outcomes.route_id = frozen_routes.route_id
    inner join fiscal_days
        on route_outcomes.touch_due_on = fiscal_days.day_on
    where route_outcomes.is_touched_in_time is not null

)

select * from judged
