with

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

frozen_routes as (

    select * from {{ ref('stg_cosell__weekly_routes') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

-- An account that was merged away stays on the list as its survivor (case 8).
resolved as (

    select
        frozen_routes.route_id,
        frozen_routes.week_starts_on,
        frozen_routes.rep_id,
        coalesce(merged.surviving_account_id, frozen_routes.account_id) as account_id,
        frozen_routes.partner_id,
        frozen_routes.rank,
        frozen_routes.first_listed_on,
        row_number() over (
            partition by
                frozen_routes.rep_id,
                coalesce(merged.surviving_account_id, frozen_routes.account_id),
                frozen_routes.partner_id
            order by frozen_routes.rank nulls last, frozen_routes.route_id nulls last
        ) as survivor_rank
    from frozen_routes
    inner join route_week
        on frozen_routes.week_starts_on = route_week.previous_week_starts_on
    left join merged
        on frozen_routes.account_id = merged.account_id

),

previous_week as (

    select
        route_id,
        week_starts_on,
        rep_id,
        account_id,
        partner_id,
        rank,
        first_listed_on
    from resolved
    where survivor_rank = 1

)

select * from previous_week
