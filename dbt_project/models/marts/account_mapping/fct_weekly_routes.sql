with

frozen_routes as (

    select * from {{ ref('stg_cosell__weekly_routes') }}

),

proposed_routes as (

    select * from {{ ref('int_routes_proposed') }}

),

weekly_routes as (

    select
        route_id,
        week_starts_on,
        rep_id,
        account_id,
        partner_id,
        rank,
        previous_rank,
        score,
        relationship_depth_points,
        in_market_points,
        icp_fit_points,
        strategic_importance_points,
        cell,
        roll_up,
        reason,
        partner_seller_name,
        suggested_next_step,
        change_reason,
        first_listed_on,
        expires_on,
        true as is_frozen
    from frozen_routes

    union all

    select
        route_id,
        week_starts_on,
        rep_id,
        account_id,
        partner_id,
        rank,
        previous_rank,
        score,
        relationship_depth_points,
        in_market_points,
        icp_fit_points,
        strategic_importance_points,
        cell,
        roll_up,
        reason,
        partner_seller_name,
        suggested_next_step,
        change_reason,
        first_listed_on,
        expires_on,
        false as is_frozen
    from proposed_routes

)

select * from weekly_routes
