with

overrides as (

    select * from {{ ref('stg_templates__priority_overrides') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}
    where contribution = 'strategic_importance'

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

overrides_ranked as (

    select
        coalesce(merged.surviving_account_id, overrides.account_id) as account_id,
        overrides.strategic_importance,
        overrides.author,
        overrides.reason,
        overrides.expires_on,
        row_number() over (
            partition by coalesce(merged.surviving_account_id, overrides.account_id)
            order by
                overrides.known_step desc nulls last,
                overrides.batch_id desc nulls last,
                overrides.source_row_number desc nulls last
        ) as override_rank
    from overrides
    left join merged
        on overrides.account_id = merged.account_id

),

-- An importance is a number between 0 and 1, or in percent; the newest unexpired word counts, and a
-- word that names nobody, no reason or no end is none (rules section 5).
in_force as (

    select
        overrides_ranked.account_id,
        overrides_ranked.author,
        overrides_ranked.reason,
        overrides_ranked.expires_on,
        {{ safe_cast('overrides_ranked.strategic_importance', 'decimal(18, 6)') }}
            as stated_importance
    from overrides_ranked
    cross join refresh_current
    where overrides_ranked.override_rank = 1
        and overrides_ranked.expires_on >= refresh_current.as_of
        and overrides_ranked.author is not null
        and overrides_ranked.reason is not null

),

observed as (

    select
        account_id,
        'priority_override' as signal,
        case
            when stated_importance between 0 and 1
            then cast(stated_importance as {{ type_share() }})
            when stated_importance between 1 and 100 then {{ share('stated_importance', '100') }}
        end as strength,
        'set by ' || author || ': ' || reason || ' until ' || {{ text_from_day('expires_on') }}
            as evidence
    from in_force

),

scored as (

    select
        observed.account_id,
        cast(sum(signals.signal_points * observed.strength) as {{ type_score() }}) as points,
        cast(sum(signals.signal_points) as {{ type_score() }}) as known_points,
        {{ ordered_list('observed.evidence', 'observed.signal') }} as evidence
    from observed
    inner join signals
        on observed.signal = signals.signal
    where observed.strength is not null
    group by observed.account_id

)

select * from scored
