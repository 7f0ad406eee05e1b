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

    select * from {{ ref('stg_salesforce__contacts') }}

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

-- One row per signal that was observed; what was not observed has no row and is never a zero.
observed as (

    select
        accounts.account_id,
        accounts.partner_id,
        'partner_customer' as signal,
        cast(case when accounts.partner_state = 'customer' then 1 else 0 end as {{ type_share() }})
            as strength,
        cast(null as date) as observed_on,
        replace(accounts.partner_state, '_', ' ') || ' of ' || accounts.partner_name
        || coalesce(' since ' || {{ text_from_day('accounts.customer_since_on') }}, '') as evidence
    from accounts

    union all

    select
        accounts.account_id,
        accounts.partner_id,
        'partner_seller' as signal,
        cast(1 as {{ type_share() }}) as strength,
        cast(null as date) as observed_on,
        'their seller is ' || accounts.partner_seller_name as evidence
    from accounts
    where accounts.partner_seller_name is not null

    union all

    select
        accounts.account_id,
        accounts.partner_id,
        'recent_touch' as signal,
        cast(1 as {{ type_share() }}) as strength,
        newest_touches.newest_touch_on as observed_on,
        'last touch on ' || {{ text_from_day('newest_touches.newest_touch_on') }} as evidence
    from accounts
    inner join newest_touches
        on accounts.account_id = newest_touches.account_id
        and accounts.partner_id = newest_touches.partner_id

    union all

    select
        accounts.account_id,
        accounts.partner_id,
        'contacts_known' as signal,
        cast(1 as {{ type_share() }}) as strength,
        cast(null as date) as observed_on,
        'contacts known: ' || cast(contacts_per_account.contacts_count as {{ type_string() }})
            as evidence
    from accounts
    inner join contacts_per_account
        on accounts.account_id = contacts_per_account.account_id

    union all

    select
        accounts.account_id,
        accounts.partner_id,
        'joint_win' as signal,
        cast(1 as {{ type_share() }}) as strength,
        cast(null as date) as observed_on,
        'won together: ' || cast(joint_wins.wins_count as {{ type_string() }}) as evidence
    from accounts
    inner join joint_wins
        on accounts.account_id = joint_wins.account_id
        and accounts.partner_id = joint_wins.partner_id

),

scored as (

    select
        observed.account_id,
        observed.partner_id,
        cast(
            sum(signals.signal_points * observed.strength * {{ decayed(
                'observed.observed_on', 'refresh_current.as_of', 'signals.half_life_days'
            ) }}) as {{ type_score() }}
        ) as points,
        cast(sum(signals.signal_points) as {{ type_score() }}) as known_points,
        {{ ordered_list('observed.evidence', 'observed.signal') }} as evidence
    from observed
    inner join signals
        on observed.signal = signals.signal
    cross join refresh_current
    group by observed.account_id, observed.partner_id

)

select * from scored
