with

previous_routes as (

    select * from {{ ref('int_routes_previous_week') }}

),

proposed as (

    select * from {{ ref('int_routes_proposed') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

segmented as (

    select * from {{ ref('int_overlaps_segmented') }}

),

route_plays as (

    select * from {{ ref('route_plays') }}

),

cooling as (

    select * from {{ ref('int_route_accounts_cooling') }}

),

listed_accounts as (

    select distinct
        rep_id,
        account_id
    from proposed

),

-- Every route of the week before that is not on this week's list, with the reason it left.
explained as (

    select
        previous_routes.route_id,
        route_week.week_starts_on,
        previous_routes.rep_id,
        previous_routes.account_id,
        previous_routes.partner_id,
        previous_routes.rank as previous_rank,
        case
            when crm_accounts.account_id is null then 'the account is no longer in the CRM'
            when our_states.is_partner_organisation then 'the account is a partner organisation'
            when coalesce(crm_accounts.owner_user_id, '') <> previous_routes.rep_id
            then 'the account has another owner'
            when not reps.is_active then 'the rep is no longer active'
            when coverage.partner_id is null then 'the partnership has ended'
            when segmented.account_id is null then 'the account no longer overlaps with the partner'
            when route_plays.cell is null then 'the segment is not routed'
            when cooling.account_id is not null then cooling.outcome
            -- The row is one partner's: which other one it is, is none of its business (case 45).
            when listed_accounts.account_id is not null
            then 'the account is listed with another partner'
            else 'other accounts rank higher within the limits of the list'
        end as left_reason
    from previous_routes
    cross join route_week
    left join crm_accounts
        on previous_routes.account_id = crm_accounts.account_id
    left join our_states
        on previous_routes.account_id = our_states.account_id
    left join reps
        on previous_routes.rep_id = reps.rep_id
    left join coverage
        on previous_routes.partner_id = coverage.partner_id
    left join segmented
        on previous_routes.account_id = segmented.account_id
        and previous_routes.partner_id = segmented.partner_id
    left join route_plays
        on segmented.cell = route_plays.cell
    left join cooling
        on previous_routes.account_id = cooling.account_id
    left join listed_accounts
        on previous_routes.rep_id = listed_accounts.rep_id
        and previous_routes.account_id = listed_accounts.account_id
    where not route_week.is_frozen
        and not exists (
            select proposed.rep_id from proposed
            where proposed.rep_id = previous_routes.rep_id
                and proposed.account_id = previous_routes.account_id
                and proposed.partner_id = previous_routes.partner_id
        )

)

select * from explained
