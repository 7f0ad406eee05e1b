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

in_window as (

    select
        pairs.touch_id,
        pairs.touch_known_step,
        pairs.opportunity_id,
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
        -- The earlier of two ends; least() passes over NULL.
        least(pairs.valid_until_step, windows.valid_until_step) as valid_until_step
    from pairs
    inner join windows
        on pairs.opportunity_id = windows.opportunity_id
        and (windows.valid_until_step is null or pairs.valid_from_step < windows.valid_until_step)
        and (pairs.valid_until_step is null or pairs.valid_until_step > windows.valid_from_step)
    where pairs.strength = 'qualifying'
        and pairs.occurred_at > pairs.created_at
        and pairs.recorded_on <= {{ add_days('pairs.occurred_on', 'windows.influenced_recording_days') }}

),

-- Case 14: a touch after the close is no influence. The close as known at each step decides, so a
-- close that is entered late takes the touch away, and a reopening gives it back.
eligible as (

    select
        in_window.touch_id,
        in_window.touch_known_step,
        in_window.opportunity_id,
        in_window.created_at,
        in_window.partner_id,
        in_window.touch_type,
        in_window.occurred_at,
        in_window.occurred_on,
        in_window.recorded_at,
        in_window.policy_version,
        in_window.policy_sha256,
        greatest(in_window.known_from_step, versions.known_step) as known_from_step,
        least(in_window.known_until_step, versions.superseded_step) as known_until_step,
        greatest(in_window.valid_from_step, versions.known_step) as valid_from_step,
        least(in_window.valid_until_step, versions.superseded_step) as valid_until_step
    from in_window
    inner join versions
        on in_window.opportunity_id = versions.opportunity_id
        and (
            in_window.valid_until_step is null
            or in_window.valid_until_step > versions.known_step
        )
        and (
            versions.superseded_step is null
            or in_window.valid_from_step < versions.superseded_step
        )
    where not versions.is_closed
        or in_window.occurred_on <= versions.close_on

),

-- A touch that names only an account counts for the opportunity opened there most recently.
taken as (

    select * from {{ taken_by_nearest(
        'eligible', 'eligible.created_at desc nulls last, eligible.opportunity_id nulls last'
    ) }} as nearest

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
        taken_from_step as valid_from_step,
        taken_until_step as valid_until_step,
        begins_by_fact,
        ends_by_fact
    from taken

)

select * from evidence
