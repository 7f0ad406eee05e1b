-- No list is longer than the policy says, no partner and no account takes more than its places, and
-- the one-sided share is kept wherever enough one-sided accounts were to be had.
with

proposed as (

    select * from {{ ref('int_routes_proposed') }}

),

ranked as (

    select * from {{ ref('int_routes_ranked') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

route_plays as (

    select * from {{ ref('route_plays') }}

),

lists as (

    select
        proposed.rep_id,
        count(*) as rows_count,
        sum(case when route_plays.is_one_sided then 1 else 0 end) as one_sided_count
    from proposed
    inner join route_plays
        on proposed.cell = route_plays.cell
    group by proposed.rep_id

),

available as (

    select
        rep_id,
        sum(case when is_one_sided then 1 else 0 end) as one_sided_count
    from ranked
    group by rep_id

),

partner_places as (

    select
        rep_id,
        max(rows_count) as most_rows_count
    from (
        select rep_id, partner_id, count(*) as rows_count
        from proposed
        group by rep_id, partner_id
    ) as per_partner
    group by rep_id

),

account_places as (

    select
        rep_id,
        max(rows_count) as most_rows_count
    from (
        select rep_id, account_id, count(*) as rows_count
        from proposed
        group by rep_id, account_id
    ) as per_account
    group by rep_id

)

select
    lists.rep_id,
    lists.rows_count,
    lists.one_sided_count,
    partner_places.most_rows_count as most_rows_of_a_partner,
    account_places.most_rows_count as most_rows_of_an_account
from lists
cross join route_week
inner join available
    on lists.rep_id = available.rep_id
inner join partner_places
    on lists.rep_id = partner_places.rep_id
inner join account_places
    on lists.rep_id = account_places.rep_id
where lists.rows_count > route_week.list_size
    or partner_places.most_rows_count > route_week.per_partner_limit
    or account_places.most_rows_count > route_week.per_account_limit
    or lists.one_sided_count < least(available.one_sided_count, route_week.reserved_one_sided_count)
