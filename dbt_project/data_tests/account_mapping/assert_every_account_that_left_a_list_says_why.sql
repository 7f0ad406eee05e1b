-- Case 40: of the list of the week before, every route is on this week's list or left with a
-- reason.
with

previous_routes as (

    select * from {{ ref('int_routes_previous_week') }}

),

proposed as (

    select * from {{ ref('int_routes_proposed') }}

),

routes_left as (

    select * from {{ ref('int_routes_left') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

)

select
    previous_routes.route_id,
    routes_left.left_reason
from previous_routes
cross join route_week
left join proposed
    on previous_routes.rep_id = proposed.rep_id
    and previous_routes.account_id = proposed.account_id
    and previous_routes.partner_id = proposed.partner_id
left join routes_left
    on previous_routes.route_id = routes_left.route_id
where not route_week.is_frozen
    and (
        (proposed.route_id is null and routes_left.left_reason is null)
        or (proposed.route_id is not null and routes_left.left_reason is not null)
    )
