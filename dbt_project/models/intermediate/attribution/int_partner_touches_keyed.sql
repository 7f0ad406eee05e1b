with

touches as (

    select * from {{ ref('int_partner_touches_versioned') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

touches_on_accounts as (

    select
        touches.*,
        coalesce(touches.surviving_account_id, opportunities.account_id) as touched_account_id,
        opportunities.is_closed as is_opportunity_closed,
        opportunities.close_on
    from touches
    left join opportunities
        on touches.opportunity_id = opportunities.opportunity_id
    where not touches.is_void
        and touches.partner_id is not null

),

-- Case 21: the same real touch in two systems agrees in account, partner, kind, day and our seller.
-- A record without a seller is of the touch of that day whose seller is known; a touch whose account
-- is unknown cannot be compared and stays alone.
with_participants as (

    select
        touches_on_accounts.*,
        coalesce(
            our_rep_id,
            min(our_rep_id) over (
                partition by touched_account_id, partner_id, touch_type, occurred_on
            )
        ) as participating_rep_id
    from touches_on_accounts

),

keyed as (

    select
        with_participants.*,
        case
            when touched_account_id is null then touch_id
            else {{ hash_id([
                'touched_account_id', 'partner_id', 'touch_type', 'occurred_on',
                'participating_rep_id',
            ]) }}
        end as real_touch_key
    from with_participants

)

select * from keyed
