with

prioritized as (

    select * from {{ ref('fct_prioritized_accounts') }}

),

proposed as (

    select * from {{ ref('int_routes_proposed') }}

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

outcome_rules as (

    select * from {{ policy_in_force(ref('stg_policy__route_outcomes'), []) }}

),

-- Like must be compared with like: the account has an active seller and could be routed, and is on
-- nobody's list only because of the limits of a list.
candidates as (

    select
        prioritized.rep_id,
        prioritized.account_id,
        prioritized.partner_id,
        prioritized.score,
        prioritized.cell,
        prioritized.roll_up,
        row_number() over (
            partition by prioritized.account_id
            order by prioritized.score desc nulls last, prioritized.partner_id nulls last
        ) as account_rank
    from prioritized
    inner join route_plays
        on prioritized.cell = route_plays.cell
    inner join reps
        on prioritized.rep_id = reps.rep_id
    where coalesce(reps.is_active, true)
        and not exists (
            select cooling.account_id from cooling
            where cooling.account_id = prioritized.account_id
        )
        and not exists (
            select proposed.account_id from proposed
            where proposed.account_id = prioritized.account_id
        )

),

identified as (

    select
        {{ hash_id([
            'route_week.week_starts_on', 'candidates.rep_id', 'candidates.account_id',
            'candidates.partner_id',
        ]) }} as comparison_id,
        route_week.week_starts_on,
        candidates.rep_id,
        candidates.account_id,
        candidates.partner_id,
        candidates.score,
        candidates.cell,
        candidates.roll_up
    from candidates
    cross join route_week
    where candidates.account_rank = 1
        and not route_week.is_frozen

),

-- Drawn by the hash of the id, which knows nothing of the account.
drawn as (

    select
        identified.*,
        row_number() over (
            partition by rep_id
            order by comparison_id nulls last
        ) as draw
    from identified

),

comparisons as (

    select
        drawn.comparison_id,
        drawn.week_starts_on,
        drawn.rep_id,
        drawn.account_id,
        drawn.partner_id,
        drawn.score,
        drawn.cell,
        drawn.roll_up
    from drawn
    cross join outcome_rules
    where drawn.draw <= outcome_rules.comparison_limit

)

select * from comparisons
