with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

account_versions as (

    select * from {{ ref('int_crm_accounts_unified') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

account_states as (

    select * from {{ policy_in_force(ref('stg_policy__account_states'), ['account_type']) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

versions_ranked as (

    select
        account_id,
        account_type,
        known_on,
        known_step,
        {{ newest_version('account_id, known_on', 'modified_at') }} as version_rank
    from account_versions
    where not is_deleted

),

-- The last type of each day, until the next one came.
stated as (

    select
        versions_ranked.account_id,
        account_states.our_state,
        versions_ranked.known_on as starts_on,
        lead(versions_ranked.known_on) over (
            partition by versions_ranked.account_id
            order by versions_ranked.known_on nulls last
        ) as ends_on
    from versions_ranked
    inner join accounts
        on versions_ranked.account_id = accounts.account_id
    left join account_states
        on versions_ranked.account_type = account_states.account_type
    where versions_ranked.version_rank = 1

),

deals as (

    select
        opportunities.account_id,
        opportunities.is_won,
        opportunities.is_closed,
        least(opportunities.created_on, refresh_current.as_of) as opened_on,
        least(opportunities.close_on, refresh_current.as_of) as ended_on
    from opportunities
    cross join refresh_current
    where not opportunities.is_deleted
        and opportunities.account_id is not null

),

-- What begins (1) and what ends (-1) on a day; the sum up to a day is what holds on it.
changes as (

    select
        account_id,
        coalesce(created_on, first_known_on) as changed_on,
        0 as type_known,
        0 as type_customer,
        0 as type_former,
        0 as deals_open,
        0 as deals_won
    from accounts

    union all

    select
        account_id,
        starts_on as changed_on,
        1 as type_known,
        case when our_state = 'customer' then 1 else 0 end as type_customer,
        case when our_state = 'former_customer' then 1 else 0 end as type_former,
        0 as deals_open,
        0 as deals_won
    from stated

    union all

    select
        account_id,
        ends_on as changed_on,
        0 as type_known,
        case when our_state = 'customer' then -1 else 0 end as type_customer,
        case when our_state = 'former_customer' then -1 else 0 end as type_former,
        0 as deals_open,
        0 as deals_won
    from stated
    where ends_on is not null

    union all

    select
        account_id,
        opened_on as changed_on,
        0 as type_known,
        0 as type_customer,
        0 as type_former,
        1 as deals_open,
        0 as deals_won
    from deals
    where opened_on is not null
        and (not is_closed or opened_on < ended_on)

    union all

    select
        account_id,
        ended_on as changed_on,
        0 as type_known,
        0 as type_customer,
        0 as type_former,
        case when opened_on < ended_on then -1 else 0 end as deals_open,
        case when is_won then 1 else 0 end as deals_won
    from deals
    where is_closed
        and ended_on is not null

),

days_of_change as (

    select
        account_id,
        changed_on,
        sum(type_known) as type_known,
        sum(type_customer) as type_customer,
        sum(type_former) as type_former,
        sum(deals_open) as deals_open,
        sum(deals_won) as deals_won
    from changes
    where changed_on is not null
    group by account_id, changed_on

),

standing as (

    select
        account_id,
        changed_on,
        sum(type_known) over so_far as type_known,
        sum(type_customer) over so_far as type_customer,
        sum(type_former) over so_far as type_former,
        sum(deals_open) over so_far as deals_open,
        sum(deals_won) over so_far as deals_won
    from days_of_change
    window so_far as (
        partition by account_id
        order by changed_on nulls last
    )

),

-- The rule of int_our_account_states_decided, day by day. Before the first landed version nobody
-- wrote the type down: dated deals still speak, and where there are none it is unknown (case 34).
named as (

    select
        account_id,
        changed_on as valid_from_on,
        case
            when type_customer > 0 then 'customer'
            when type_former = 0 and deals_won > 0 then 'customer'
            when deals_open > 0 then 'open_opportunity'
            when type_former > 0 then 'former_customer'
            when type_known > 0 then 'prospect'
            else 'unknown'
        end as our_state
    from standing

    union all

    select
        account_id,
        cast('0001-01-01' as date) as valid_from_on,
        'absent' as our_state
    from accounts

),

compared as (

    select
        named.*,
        lag(our_state) over (
            partition by account_id
            order by valid_from_on nulls last
        ) as state_before
    from named

),

dated as (

    select
        account_id,
        valid_from_on,
        lead(valid_from_on) over (
            partition by account_id
            order by valid_from_on nulls last
        ) as valid_until_on,
        our_state
    from compared
    where state_before is distinct from our_state

)

select * from dated
