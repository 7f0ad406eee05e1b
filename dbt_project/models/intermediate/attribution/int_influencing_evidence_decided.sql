with

pairs as (

    select * from {{ ref('int_touches_paired_with_opportunities') }}

),

windows as (

    select * from {{ ref('int_attribution_windows_by_opportunity') }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

eligible as (

    select
        pairs.touch_id,
        pairs.touch_known_step,
        pairs.opportunity_id,
        pairs.is_named,
        pairs.created_at,
        pairs.partner_id,
        pairs.touch_type,
        pairs.occurred_at,
        pairs.occurred_on,
        pairs.recorded_at,
        windows.policy_version,
        windows.policy_sha256,
        pairs.known_from_step,
        pairs.known_until_step,
        greatest(pairs.valid_from_step, windows.valid_from_step) as valid_from_step,
        case
            when pairs.valid_until_step is null then windows.valid_until_step
            when windows.valid_until_step is null then pairs.valid_until_step
            else least(pairs.valid_until_step, windows.valid_until_step)
        end as valid_until_step
    from pairs
    inner join windows
        on pairs.opportunity_id = windows.opportunity_id
        and (windows.valid_until_step is null or pairs.valid_from_step < windows.valid_until_step)
        and (pairs.valid_until_step is null or pairs.valid_until_step > windows.valid_from_step)
    where pairs.strength = 'qualifying'
        and pairs.occurred_at > pairs.created_at
        and pairs.recorded_on <= {{ add_days('pairs.occurred_on', 'windows.influenced_recording_days') }}

),

-- A touch that names only an account counts for the opportunity opened there most recently and
-- not closed before it.
open_at_touch as (

    select
        eligible.*
    from eligible
    left join versions
        on eligible.opportunity_id = versions.opportunity_id
        and eligible.valid_from_step >= versions.known_step
        and (versions.superseded_step is null or eligible.valid_from_step < versions.superseded_step)
    where eligible.is_named
        or not versions.is_closed
        or eligible.occurred_on <= versions.close_on

),

with_nearer as (

    select
        open_at_touch.*,
        min(open_at_touch.valid_from_step) over (
            partition by
                open_at_touch.touch_id, open_at_touch.touch_known_step, open_at_touch.policy_version
            order by open_at_touch.created_at desc nulls last, open_at_touch.opportunity_id nulls last
            rows between unbounded preceding and 1 preceding
        ) as nearer_known_step
    from open_at_touch

),

evidence as (

    select
        touch_id,
        touch_known_step,
        opportunity_id,
        partner_id,
        touch_type,
        occurred_at,
        occurred_on,
        recorded_at,
        policy_version,
        policy_sha256,
        valid_from_step,
        case
            when is_named or nearer_known_step is null then valid_until_step
            when valid_until_step is null then nearer_known_step
            else least(valid_until_step, nearer_known_step)
        end as valid_until_step,
        valid_from_step = known_from_step as begins_by_fact,
        case
            when is_named or nearer_known_step is null
            then coalesce(valid_until_step = known_until_step, false)
            else coalesce(nearer_known_step <= valid_until_step, true)
        end as ends_by_fact
    from with_nearer
    where is_named
        or nearer_known_step is null
        or valid_from_step < nearer_known_step

)

select * from evidence
