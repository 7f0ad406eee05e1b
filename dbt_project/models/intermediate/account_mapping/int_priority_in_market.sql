with

accounts as (

    select distinct account_id from {{ ref('int_accounts_prioritizable') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}
    where contribution = 'in_market'

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

intent_signals as (

    select * from {{ ref('int_intent_signals_normalized') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

activity as (

    select * from {{ ref('int_crm_activity_recency_observed') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

accounts_per_domain as (

    select
        registrable_domain,
        cast(count(*) as bigint) as accounts_count
    from crm_accounts
    where registrable_domain is not null
    group by registrable_domain

),

-- Case 42: a signal speaks of a company; when several accounts are that company, it says so.
intent_per_account as (

    select
        accounts.account_id,
        intent_signals.strength,
        intent_signals.signal_week_starts_on,
        intent_signals.provider || ' interest in the week of '
        || {{ text_from_day('intent_signals.signal_week_starts_on') }}
        || case
            when accounts_per_domain.accounts_count > 1
            then ', inherited from the company of '
            || cast(accounts_per_domain.accounts_count as {{ type_string() }})
            || ' accounts'
            else ''
        end as evidence,
        intent_signals.strength * {{ decayed(
            'intent_signals.signal_week_starts_on',
            'refresh_current.as_of',
            'signals.half_life_days'
        ) }} as strength_today
    from accounts
    inner join crm_accounts
        on accounts.account_id = crm_accounts.account_id
    inner join intent_signals
        on crm_accounts.registrable_domain = intent_signals.registrable_domain
    inner join accounts_per_domain
        on crm_accounts.registrable_domain = accounts_per_domain.registrable_domain
    inner join signals
        on signals.signal = 'intent_score'
    cross join refresh_current

),

intent_ranked as (

    select
        intent_per_account.*,
        row_number() over (
            partition by account_id
            order by
                strength_today desc nulls last,
                signal_week_starts_on desc nulls last,
                evidence nulls last
        ) as intent_rank
    from intent_per_account

),

-- One row per signal that was observed; what was not observed has no row and is never a zero.
observed as (

    select
        account_id,
        'intent_score' as signal,
        cast(strength as {{ type_share() }}) as strength,
        signal_week_starts_on as observed_on,
        evidence
    from intent_ranked
    where intent_rank = 1

    union all

    select
        accounts.account_id,
        'open_opportunity' as signal,
        cast(1 as {{ type_share() }}) as strength,
        cast(null as date) as observed_on,
        'open opportunities: ' || cast(our_states.open_count as {{ type_string() }}) as evidence
    from accounts
    inner join our_states
        on accounts.account_id = our_states.account_id
    where our_states.open_count > 0

    union all

    select
        accounts.account_id,
        'crm_activity' as signal,
        cast(1 as {{ type_share() }}) as strength,
        activity.newest_activity_on as observed_on,
        'our last activity on ' || {{ text_from_day('activity.newest_activity_on') }} as evidence
    from accounts
    inner join activity
        on accounts.account_id = activity.account_id
    where activity.newest_activity_on is not null

),

scored as (

    select
        observed.account_id,
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
    group by observed.account_id

)

select * from scored
