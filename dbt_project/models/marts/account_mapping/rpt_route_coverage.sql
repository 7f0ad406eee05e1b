with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

prioritized as (

    select * from {{ ref('fct_prioritized_accounts') }}

),

weekly_routes as (

    select * from {{ ref('fct_weekly_routes') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

route_plays as (

    select * from {{ ref('route_plays') }}

),

cooling as (

    select * from {{ ref('int_route_accounts_cooling') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

-- Accounts that nobody owns are shown by the country they lie in: a territory without an owner.
owned_accounts as (

    select
        crm_accounts.account_id,
        crm_accounts.owner_user_id as rep_id,
        case
            when crm_accounts.owner_user_id is null
            then coalesce(crm_accounts.country, 'no country')
        end as territory
    from crm_accounts
    inner join our_states
        on crm_accounts.account_id = our_states.account_id
    where not our_states.is_partner_organisation

),

listable as (

    select
        prioritized.account_id,
        min(case when cooling.account_id is null then 0 else 1 end) as cooling_number
    from prioritized
    inner join route_plays
        on prioritized.cell = route_plays.cell
    left join cooling
        on prioritized.account_id = cooling.account_id
    group by prioritized.account_id

),

counted as (

    select
        owned_accounts.rep_id,
        owned_accounts.territory,
        cast(count(*) as bigint) as accounts_count,
        cast(count(listable.account_id) as bigint) as listable_accounts_count,
        cast(coalesce(sum(listable.cooling_number), 0) as bigint) as cooling_accounts_count
    from owned_accounts
    left join listable
        on owned_accounts.account_id = listable.account_id
    group by owned_accounts.rep_id, owned_accounts.territory

),

routed as (

    select
        weekly_routes.rep_id,
        cast(count(*) as bigint) as routed_count,
        cast(sum(case when route_plays.is_one_sided then 1 else 0 end) as bigint)
            as one_sided_count
    from weekly_routes
    inner join route_week
        on weekly_routes.week_starts_on = route_week.week_starts_on
    left join route_plays
        on weekly_routes.cell = route_plays.cell
    group by weekly_routes.rep_id

),

-- Everybody who sells and everybody who owns an account, and the accounts that nobody owns.
holders as (

    select
        rep_id,
        cast(null as {{ type_string() }}) as territory
    from reps
    where has_quota_seat
        and is_in_seat
        and coalesce(is_active, true)
    union
    select
        rep_id,
        territory
    from counted
    union
    select
        rep_id,
        cast(null as {{ type_string() }}) as territory
    from routed

),

shown as (

    select
        route_week.week_starts_on,
        holders.rep_id,
        holders.territory,
        reps.rep_name,
        coalesce(counted.accounts_count, 0) as accounts_count,
        coalesce(counted.listable_accounts_count, 0) as listable_accounts_count,
        coalesce(counted.cooling_accounts_count, 0) as cooling_accounts_count,
        coalesce(routed.routed_count, 0) as routed_count,
        coalesce(routed.one_sided_count, 0) as one_sided_count,
        case
            when routed.routed_count > 0 then 'listed'
            when holders.rep_id is null then 'no_owner'
            when not coalesce(reps.is_active, true) then 'owner_inactive'
            when coalesce(counted.accounts_count, 0) = 0 then 'no_accounts'
            when counted.listable_accounts_count = 0 then 'no_overlap'
            when counted.cooling_accounts_count = counted.listable_accounts_count
            then 'all_cooling'
            else 'not_listed_yet'
        end as status
    from holders
    cross join route_week
    left join reps
        on holders.rep_id = reps.rep_id
    left join counted
        on holders.rep_id is not distinct from counted.rep_id
        and holders.territory is not distinct from counted.territory
    left join routed
        on holders.rep_id = routed.rep_id

),

coverage as (

    select
        coalesce(rep_id, 'no owner|' || territory) as coverage_id,
        week_starts_on,
        rep_id,
        rep_name,
        territory,
        status,
        case status
            when 'listed' then 'Has a list'
            when 'no_owner' then 'Nobody owns these accounts, so nobody is sent them'
            when 'owner_inactive'
            then 'The owner is no longer active: give the accounts to somebody'
            when 'no_accounts' then 'The rep owns no account'
            when 'no_overlap' then 'No account of the rep overlaps with a partner'
            when 'all_cooling' then 'Every account of the rep has just had an outcome'
            else 'The lists of the week are frozen already and the rep is on the next'
        end as status_reason,
        accounts_count,
        listable_accounts_count,
        cooling_accounts_count,
        routed_count,
        one_sided_count,
        {{ share('one_sided_count', 'routed_count') }} as one_sided_share
    from shown

)

select * from coverage
