with

accounts as (

    select * from {{ ref('int_accounts_prioritizable') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}
    where contribution = 'relationship_depth'

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

contacts as (

    select * from {{ ref('int_crm_contacts_unified') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

newest_touches as (

    select
        touches.account_id,
        touches.partner_id,
        max(touches.occurred_on) as newest_touch_on
    from touches
    cross join refresh_current
    where touches.strength <> 'none'
        and touches.account_id is not null
        and touches.occurred_on <= refresh_current.as_of
    group by touches.account_id, touches.partner_id

),

joint_wins as (

    select
        opportunities.account_id,
        touches.partner_id,
        cast(count(distinct opportunities.opportunity_id) as bigint) as wins_count
    from touches
    inner join opportunities
        on touches.opportunity_id = opportunities.opportunity_id
    where opportunities.is_won
        and not opportunities.is_deleted
        and touches.strength in ('strong', 'qualifying')
    group by opportunities.account_id, touches.partner_id

),

contacts_ranked as (

    select
        contact_id,
        account_id,
        is_deleted,
        {{ newest_version('contact_id', 'modified_at') }} as version_rank
    from contacts

),

contacts_per_account as (

    select
        coalesce(merged.surviving_account_id, contacts_ranked.account_id) as account_id,
        cast(count(*) as bigint) as contacts_count
    from contacts_ranked
    left join merged
        on contacts_ranked.account_id = merged.account_id
    where contacts_ranked.version_rank = 1
        and not contacts_ranked.is_deleted
        and contacts_ranked.account_id is not null
    group by coalesce(merged.surviving_account_id, contacts_ranked.account_id)

),

signal_points as (

    select
        max(case when signal = 'partner_customer' then signal_points end) as customer_points,
        max(case when signal = 'partner_customer' then half_life_days end)
            as customer_half_life_days,
        max(case when signal = 'partner_seller' then signal_points end) as seller_points,
        max(case when signal = 'recent_touch' then signal_points end) as touch_points,
        max(case when signal = 'recent_touch' then half_life_days end) as touch_half_life_days,
        max(case when signal = 'contacts_known' then signal_points end) as contacts_points,
        max(case when signal = 'joint_win' then signal_points end) as win_points
    from signals

),

-- What was not observed stays NULL and is never a zero; a partner that says it is no customer of
-- its has said something.
known as (

    select
        accounts.account_id,
        accounts.partner_id,
        signal_points.customer_points as known_customer_points,
        -- Case 32: what the partner said long ago is worth less than what its newest list says.
        case
            when accounts.partner_state = 'customer'
            then signal_points.customer_points * {{ decayed(
                'accounts.last_verified_on',
                'refresh_current.as_of',
                'signal_points.customer_half_life_days'
            ) }}
            else 0
        end as customer_points,
        case when accounts.partner_seller_name is not null then signal_points.seller_points end
            as seller_points,
        case when newest_touches.newest_touch_on is not null then signal_points.touch_points end
            as known_touch_points,
        case
            when newest_touches.newest_touch_on is not null
            then signal_points.touch_points * {{ decayed(
                'newest_touches.newest_touch_on',
                'refresh_current.as_of',
                'signal_points.touch_half_life_days'
            ) }}
        end as touch_points,
        case when contacts_per_account.contacts_count > 0 then signal_points.contacts_points end
            as contacts_points,
        case when joint_wins.wins_count > 0 then signal_points.win_points end as win_points,
        replace(accounts.partner_state, '_', ' ') || ' of ' || accounts.partner_name
        || coalesce(' since ' || {{ text_from_day('accounts.customer_since_on') }}, '')
        || coalesce(', verified on ' || {{ text_from_day('accounts.last_verified_on') }}, '')
            as customer_evidence,
        '; their seller is ' || accounts.partner_seller_name as seller_evidence,
        '; last touch on ' || {{ text_from_day('newest_touches.newest_touch_on') }}
            as touch_evidence,
        '; ' || {{ counted(
            'contacts_per_account.contacts_count', 'contact known', 'contacts known'
        ) }} as contacts_evidence,
        '; ' || {{ counted('joint_wins.wins_count', 'deal won together', 'deals won together') }}
            as win_evidence
    from accounts
    cross join refresh_current
    cross join signal_points
    left join newest_touches
        on accounts.account_id = newest_touches.account_id
        and accounts.partner_id = newest_touches.partner_id
    left join contacts_per_account
        on accounts.account_id = contacts_per_account.account_id
    left join joint_wins
        on accounts.account_id = joint_wins.account_id
        and accounts.partner_id = joint_wins.partner_id

),

scored as (

    select
        account_id,
        partner_id,
        cast(
            coalesce(customer_points, 0) + coalesce(seller_points, 0) + coalesce(touch_points, 0)
            + coalesce(contacts_points, 0) + coalesce(win_points, 0) as {{ type_score() }}
        ) as points,
        cast(
            coalesce(known_customer_points, 0) + coalesce(seller_points, 0)
            + coalesce(known_touch_points, 0) + coalesce(contacts_points, 0)
            + coalesce(win_points, 0) as {{ type_score() }}
        ) as known_points,
        customer_evidence
        || coalesce(seller_evidence, '')
        || coalesce(touch_evidence, '')
        || coalesce(win_evidence, '')
        || coalesce(contacts_evidence, '') as evidence
    from known
    where known_customer_points is not null
        or seller_points is not null
        or known_touch_points is not null
        or contacts_points is not null
        or win_points is not null

)

select * from scored
