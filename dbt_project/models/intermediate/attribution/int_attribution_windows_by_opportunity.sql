with

windows as (

    select * from {{ policy_versions(ref('stg_policy__attribution_windows'), ['opportunity_type']) }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

opportunities as (

    select
        opportunity_id,
        opportunity_type,
        created_on
    from versions
    where version_number = 1

),

-- The row for the opportunity's own type beats the row for any type; the newest that was in
-- force on the day of creation beats older ones.
candidates as (

    select
        opportunities.opportunity_id,
        windows.policy_version,
        windows.source_sha256 as policy_sha256,
        windows.sourced_window_days,
        windows.sourced_lock_days,
        windows.influenced_recording_days,
        windows.valid_from_step,
        windows.valid_until_step,
        row_number() over (
            partition by opportunities.opportunity_id, windows.valid_from_step
            order by
                windows.opportunity_type = '*' nulls last,
                windows.effective_from_on desc nulls last,
                windows.policy_version desc nulls last
        ) as candidate_rank
    from opportunities
    inner join windows
        on opportunities.created_on >= windows.effective_from_on
        and (
            windows.opportunity_type = '*'
            or opportunities.opportunity_type = windows.opportunity_type
        )

),

windows_by_opportunity as (

    select
        opportunity_id,
        policy_version,
        policy_sha256,
        sourced_window_days,
        sourced_lock_days,
        influenced_recording_days,
        valid_from_step,
        valid_until_step
    from candidates
    where candidate_rank = 1

)

select * from windows_by_opportunity
