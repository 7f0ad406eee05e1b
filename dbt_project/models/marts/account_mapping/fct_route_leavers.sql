with

frozen_leavers as (

    select * from {{ ref('stg_cosell__route_leavers') }}

),

routes_left as (

    select * from {{ ref('int_routes_left') }}

),

leavers as (

    select
        route_id,
        week_starts_on,
        rep_id,
        account_id,
        partner_id,
        previous_rank,
        left_reason
    from frozen_leavers

    union all

    select
        route_id,
        week_starts_on,
        rep_id,
        account_id,
        partner_id,
        previous_rank,
        left_reason
    from routes_left

)

select * from leavers
