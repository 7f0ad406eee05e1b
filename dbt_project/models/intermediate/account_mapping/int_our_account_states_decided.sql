with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

account_states as (

    select * from {{ policy_in_force(ref('stg_policy__account_states'), ['account_type']) }}

),

partner_organisations as (

    select * from {{ ref('int_partner_organisations_resolved') }}

),

deals as (

    select
        account_id,
        cast(sum(case when is_won then 1 else 0 end) as bigint) as won_count,
        cast(sum(case when not is_closed then 1 else 0 end) as bigint) as open_count,
        min(case when is_won then close_on end) as first_won_on,
        min(case when not is_closed then created_on end) as first_open_created_on
    from opportunities
    where not is_deleted
        and account_id is not null
    group by account_id

),

-- The account type is what people keep; a won deal proves a customer whom nobody has marked yet,
-- but never brings back one who is marked as former.
states as (

    select
        accounts.account_id,
        accounts.account_type,
        accounts.created_on,
        account_states.our_state as stated_state,
        coalesce(deals.won_count, 0) as won_count,
        coalesce(deals.open_count, 0) as open_count,
        deals.first_won_on,
        deals.first_open_created_on,
        case
            when account_states.our_state = 'customer' then 'customer'
            when coalesce(account_states.our_state, '') <> 'former_customer'
                and deals.won_count > 0
            then 'customer'
            when deals.open_count > 0 then 'open_opportunity'
            when account_states.our_state = 'former_customer' then 'former_customer'
            else 'prospect'
        end as our_state,
        coalesce(accounts.is_partner, false)
        or coalesce(account_states.our_state = 'partner', false)
        or partner_organisations.partner_id is not null as is_partner_organisation
    from accounts
    left join account_states
        on accounts.account_type = account_states.account_type
    left join deals
        on accounts.account_id = deals.account_id
    left join partner_organisations
        on accounts.account_id = partner_organisations.partner_crm_account_id

),

decided as (

    select
        account_id,
        our_state,
        case
            when our_state = 'customer' and stated_state = 'customer'
            then 'account type ' || account_type
            when our_state = 'customer' then 'a won opportunity'
            when our_state = 'open_opportunity' then 'an open opportunity'
            when our_state = 'former_customer' then 'account type ' || account_type
            else 'no deal and no account type that says more'
        end as our_state_reason,
        case
            when our_state = 'customer' then coalesce(first_won_on, created_on)
            when our_state = 'open_opportunity' then first_open_created_on
            when our_state = 'prospect' then created_on
        end as our_state_since_on,
        is_partner_organisation,
        won_count,
        open_count
    from states

)

select * from decided
