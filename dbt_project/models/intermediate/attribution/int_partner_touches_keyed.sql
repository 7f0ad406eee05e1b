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

-- Case 21: the same real touch in two systems agrees in account, partner, kind and day. A touch
-- whose account is unknown cannot be compared and stays alone.
keyed as (

    select
        touches_on_accounts.*,
        case
            when touched_account_id is null then touch_id
            else {{ hash_id(['touched_account_id', 'partner_id', 'touch_type', 'occurred_on']) }}
        end as real_touch_key
    from touches_on_accounts

)

select * from keyed
