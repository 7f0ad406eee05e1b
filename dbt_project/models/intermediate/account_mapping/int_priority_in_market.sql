with

accounts as (

    select distinct account_id from {{ ref('int_accounts_prioritizable') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}
    where contribution = 'in_market'

),

account_intent as (

    select * from {{ ref('int_account_intent_attributed') }}

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

intent_per_account as (

    select
        accounts.account_id,
        account_intent.strength,
        account_intent.signal_week_starts_on,
        account_intent.provider || ' interest in the week of '
        || {{ text_from_day('account_intent.signal_week_starts_on') }}
        || case
            when account_intent.is_inherited_from_company
            then ', inherited from the company of '
            || cast(account_intent.company_accounts_count as {{ type_string() }})
            || ' accounts'
            else ''
        end as evidence,
        account_intent.strength * {{ decayed(
            'account_intent.signal_week_starts_on',
            'refresh_current.as_of',
            'signals.half_life_days'
        ) }} as strength_today
    from accounts
    inner join account_intent
        on accounts.account_id = account_intent.account_id
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

signal_points as (

    select
        max(case when signal = 'intent_score' then signal_points end) as intent_points,
        max(case when signal = 'open_opportunity' then signal_points end) as opportunity_points,
        max(case when signal = 'crm_activity' then signal_points end) as activity_points,
        max(case when signal = 'crm_activity' then half_life_days end) as activity_half_life_days
    from signals

),

-- What was not observed stays NULL and is never a zero.
known as (

    select
        accounts.account_id,
        case when intent_ranked.account_id is not null then signal_points.intent_points end
            as known_intent_points,
        signal_points.intent_points * intent_ranked.strength_today as intent_points,
        case when our_states.open_count > 0 then signal_points.opportunity_points end
            as opportunity_points,
        case when activity.newest_activity_on is not null then signal_points.activity_points end
            as known_activity_points,
        case
            when activity.newest_activity_on is not null
            then signal_points.activity_points * {{ decayed(
                'activity.newest_activity_on',
                'refresh_current.as_of',
                'signal_points.activity_half_life_days'
            ) }}
        end as activity_points,
        '; ' || intent_ranked.evidence as intent_evidence,
        '; ' || {{ counted('our_states.open_count', 'open opportunity', 'open opportunities') }}
            as opportunity_evidence,
        '; our last activity on ' || {{ text_from_day('activity.newest_activity_on') }}
            as activity_evidence
    from accounts
    cross join refresh_current
    cross join signal_points
    left join intent_ranked
        on accounts.account_id = intent_ranked.account_id
        and intent_ranked.intent_rank = 1
    left join our_states
        on accounts.account_id = our_states.account_id
    left join activity
        on accounts.account_id = activity.account_id

),

scored as (

    select
        account_id,
        cast(
            coalesce(intent_points, 0) + coalesce(opportunity_points, 0)
            + coalesce(activity_points, 0) as {{ type_score() }}
        ) as points,
        cast(
            coalesce(known_intent_points, 0) + coalesce(opportunity_points, 0)
            + coalesce(known_activity_points, 0) as {{ type_score() }}
        ) as known_points,
        substr(
            case when known_intent_points is not null then intent_evidence else '' end
            || case when opportunity_points is not null then opportunity_evidence else '' end
            || case when known_activity_points is not null then activity_evidence else '' end,
            3
        ) as evidence
    from known
    where coalesce(known_intent_points, opportunity_points, known_activity_points) is not null

)

select * from scored
