with

prioritized as (

    select * from {{ ref('fct_prioritized_accounts') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

route_plays as (

    select * from {{ ref('route_plays') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

cooling as (

    select * from {{ ref('int_route_accounts_cooling') }}

),

previous_routes as (

    select * from {{ ref('int_routes_previous_week') }}

),

candidates as (

    select
        prioritized.rep_id,
        prioritized.account_id,
        prioritized.partner_id,
        prioritized.score,
        route_plays.is_one_sided,
        previous_routes.rank as previous_rank,
        previous_routes.first_listed_on as previous_first_listed_on,
        -- Case 40: once listed, an account stays for the dwelling time whatever its score does.
        coalesce(
            {{ add_days('previous_routes.first_listed_on', '7 * route_week.dwell_weeks') }}
            > route_week.week_starts_on,
            false
        ) as is_dwelling
    from prioritized
    cross join route_week
    inner join route_plays
        on prioritized.cell = route_plays.cell
    inner join reps
        on prioritized.rep_id = reps.rep_id
    left join cooling
        on prioritized.account_id = cooling.account_id
    left join previous_routes
        on prioritized.rep_id = previous_routes.rep_id
        and prioritized.account_id = previous_routes.account_id
        and prioritized.partner_id = previous_routes.partner_id
    where coalesce(reps.is_active, true)
        and cooling.account_id is null

),

-- An account comes with its best partner, and stays with the one it was listed with.
ranked_per_account as (

    select
        candidates.*,
        row_number() over (
            partition by rep_id, account_id
            order by is_dwelling desc nulls last, score desc nulls last, partner_id nulls last
        ) as account_rank
    from candidates

),

ranked_per_partner as (

    select
        ranked_per_account.*,
        row_number() over (
            partition by ranked_per_account.rep_id, ranked_per_account.partner_id
            order by
                ranked_per_account.is_dwelling desc nulls last,
                ranked_per_account.score desc nulls last,
                ranked_per_account.account_id nulls last
        ) as partner_rank
    from ranked_per_account
    cross join route_week
    where ranked_per_account.account_rank <= route_week.per_account_limit

),

ranked_per_side as (

    select
        ranked_per_partner.*,
        row_number() over (
            partition by ranked_per_partner.rep_id, ranked_per_partner.is_one_sided
            order by
                ranked_per_partner.is_dwelling desc nulls last,
                ranked_per_partner.score desc nulls last,
                ranked_per_partner.account_id nulls last,
                ranked_per_partner.partner_id nulls last
        ) as side_rank
    from ranked_per_partner
    cross join route_week
    where ranked_per_partner.partner_rank <= route_week.per_partner_limit

),

-- The share of one-sided accounts is served first, then those that dwell, then the best.
ranked as (

    select
        ranked_per_side.rep_id,
        ranked_per_side.account_id,
        ranked_per_side.partner_id,
        ranked_per_side.score,
        ranked_per_side.is_one_sided,
        ranked_per_side.is_dwelling,
        ranked_per_side.previous_rank,
        ranked_per_side.previous_first_listed_on,
        ranked_per_side.is_one_sided
        and ranked_per_side.side_rank <= route_week.reserved_one_sided_count as is_reserved,
        row_number() over (
            partition by ranked_per_side.rep_id
            order by
                (
                    ranked_per_side.is_one_sided
                    and ranked_per_side.side_rank <= route_week.reserved_one_sided_count
                ) desc nulls last,
                ranked_per_side.is_dwelling desc nulls last,
                ranked_per_side.score desc nulls last,
                ranked_per_side.account_id nulls last,
                ranked_per_side.partner_id nulls last
        ) as list_rank
    from ranked_per_side
    cross join route_week

)

select * from ranked
