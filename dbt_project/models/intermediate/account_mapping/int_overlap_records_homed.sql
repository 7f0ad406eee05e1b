with

matches as (

    select * from {{ ref('int_matches_settled') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

overlapping as (

    select * from {{ ref('int_overlaps_segmented') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

-- Each row of a partner's list is counted once, at one home: of several accounts of ours, the one
-- that means most to us.
ranked as (

    select
        matches.partner_id,
        matches.partner_account_id,
        matches.crm_account_id as account_id,
        our_states.our_state,
        row_number() over (
            partition by matches.partner_id, matches.partner_account_id
            order by
                states.precedence nulls last,
                matches.probability desc nulls last,
                matches.crm_account_id nulls last
        ) as home_rank
    from matches
    inner join our_states
        on matches.crm_account_id = our_states.account_id
    inner join states
        on our_states.our_state = states.state
    where matches.settled_decision in ('automatic', 'accepted')

),

homed as (

    select
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        ranked.account_id as home_account_id,
        ranked.our_state as home_our_state,
        partner_accounts.partner_state,
        overlapping.account_id is not null as gives_the_state_of_its_home,
        partner_accounts.batch_id,
        partner_accounts.source_row_number
    from partner_accounts
    left join ranked
        on partner_accounts.partner_id = ranked.partner_id
        and partner_accounts.partner_account_id = ranked.partner_account_id
        and ranked.home_rank = 1
    left join overlapping
        on ranked.account_id = overlapping.account_id
        and partner_accounts.partner_id = overlapping.partner_id
        and partner_accounts.partner_account_id = overlapping.partner_account_id

)

select * from homed
