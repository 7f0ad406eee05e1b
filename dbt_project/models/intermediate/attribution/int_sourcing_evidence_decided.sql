with

pairs as (

    select * from {{ ref('int_touches_paired_with_opportunities') }}

),

windows as (

    select * from {{ ref('int_attribution_windows_by_opportunity') }}

),

-- In the window by the day, before the creation by the minute, recorded before the lock
-- (case 15: a touch that was dated back after the lock changes nothing). A registration must
-- also be unexpired on the day of creation.
eligible as (

    select
        pairs.touch_id,
        pairs.touch_known_step,
        pairs.opportunity_id,
        pairs.is_named,
        pairs.created_at,
        pairs.partner_id,
        pairs.touch_type,
        pairs.source_rank,
        pairs.occurred_at,
        pairs.recorded_at,
        windows.policy_version,
        windows.policy_sha256,
        pairs.known_from_step,
        pairs.known_until_step,
        greatest(pairs.valid_from_step, windows.valid_from_step) as valid_from_step,
        -- The earlier of two ends; least() passes over NULL.
        least(pairs.valid_until_step, windows.valid_until_step) as valid_until_step
    from pairs
    inner join windows
        on pairs.opportunity_id = windows.opportunity_id
        and (windows.valid_until_step is null or pairs.valid_from_step < windows.valid_until_step)
        and (pairs.valid_until_step is null or pairs.valid_until_step > windows.valid_from_step)
    where pairs.strength = 'strong'
        and pairs.occurred_at <= pairs.created_at
        and pairs.occurred_on >= {{ add_days('pairs.created_on', '-windows.sourced_window_days') }}
        and pairs.recorded_on <= {{ add_days('pairs.created_on', 'windows.sourced_lock_days') }}
        and (pairs.expires_on is null or pairs.created_on <= pairs.expires_on)

),

-- Case 18: a touch that names only an account belongs to the next opportunity created there,
-- and to one only. A nearer opportunity that becomes known later takes it over from that step.
taken as (

    select * from {{ taken_by_nearest(
        'eligible', 'eligible.created_at nulls last, eligible.opportunity_id nulls last'
    ) }} as nearest

),

evidence as (

    select
        touch_id,
        touch_known_step,
        opportunity_id,
        partner_id,
        touch_type,
        source_rank,
        occurred_at,
        recorded_at,
        policy_version,
        policy_sha256,
        taken_from_step as valid_from_step,
        taken_until_step as valid_until_step,
        begins_by_fact,
        ends_by_fact
    from taken

)

select * from evidence
