with

touches as (

    select * from {{ ref('int_partner_touches_unified') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

touch_types as (

    select * from {{ policy_versions(ref('stg_policy__touch_types'), ['touch_type']) }}

),

policy_files as (

    select * from {{ policy_files(ref('stg_policy__touch_types')) }}

),

windows as (

    select * from {{ policy_versions(ref('stg_policy__attribution_windows'), ['opportunity_type']) }}
    where opportunity_type = '*'
        and valid_until_step is null

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

-- Several rows of one record in one step are the pieces of one reading of it; of two readings the
-- later one counts.
touches_ranked as (

    select
        touches.*,
        rank() over (
            partition by touches.touch_id, touches.known_step
            order by touches.batch_id desc nulls last, touches.source_row_number desc nulls last
        ) as rank_in_step
    from touches

),

touches_in_order as (

    select
        touches_ranked.*,
        min(touches_ranked.known_step) over (
            partition by touches_ranked.touch_id
            order by touches_ranked.known_step asc nulls last
            range between 1 following and unbounded following
        ) as next_known_step
    from touches_ranked
    where touches_ranked.rank_in_step = 1

),

-- A meeting in the calendar is a touch from the first step that is known after it took place.
occurrence_steps as (

    select
        touches_in_order.touch_id,
        touches_in_order.known_step,
        min(steps.known_step) as occurred_step
    from touches_in_order
    cross join steps
    where touches_in_order.occurred_on > touches_in_order.known_on
        and touches_in_order.occurred_on <= steps.known_on
    group by touches_in_order.touch_id, touches_in_order.known_step

),

-- What is known of the touch holds from one step to another, whatever a policy says of it.
facts as (

    select
        touches_in_order.*,
        case
            when touches_in_order.not_counted_reason is not null
            then touches_in_order.not_counted_reason
            when touches_in_order.occurred_on > touches_in_order.known_on
                and occurrence_steps.occurred_step is null
            then 'not_yet_taken_place'
        end as void_reason,
        -- greatest() and least() pass over NULL.
        greatest(
            touches_in_order.known_step,
            touches_in_order.fact_from_step,
            occurrence_steps.occurred_step
        ) as known_from_step,
        least(touches_in_order.next_known_step, touches_in_order.fact_until_step) as known_until_step
    from touches_in_order
    left join occurrence_steps
        on touches_in_order.touch_id = occurrence_steps.touch_id
        and touches_in_order.known_step = occurrence_steps.known_step

),

-- Case 47: a file of the policy judges from the step in which it became known, and each of its
-- rows the touches of its own days. What an earlier file said stays what was booked by it.
judged_by_file as (

    select
        facts.*,
        touch_types.strength,
        touch_types.source_rank,
        touch_types.policy_version as touch_policy_version,
        greatest(facts.known_from_step, facts.policy_from_step, policy_files.valid_from_step)
            as judged_from_step,
        least(facts.known_until_step, facts.policy_until_step, policy_files.valid_until_step)
            as judged_until_step
    from facts
    cross join policy_files
    left join touch_types
        on facts.touch_type = touch_types.touch_type
        and policy_files.valid_from_step = touch_types.valid_from_step
        and coalesce(facts.occurred_on, facts.known_on) >= touch_types.effective_from_on
        and {{ before_open_day(
            'coalesce(facts.occurred_on, facts.known_on)', 'touch_types.effective_before_on'
        ) }}
    where policy_files.valid_until_step is null
        or facts.known_step < policy_files.valid_until_step

),

judged as (

    select
        judged_by_file.*,
        {{ hash_id([
            'known_step', 'known_from_step', 'touch_type', 'expires_on', 'strength', 'source_rank',
        ]) }} as judgement
    from judged_by_file
    where judged_until_step is null
        or judged_from_step < judged_until_step

),

in_order as (

    select
        judged.*,
        lag(judgement) over (
            partition by touch_id order by judged_from_step nulls last
        ) as previous_judgement,
        lag(judged_until_step) over (
            partition by touch_id order by judged_from_step nulls last
        ) as previous_until_step,
        last_value(judged_until_step) over (
            partition by touch_id order by judged_from_step nulls last
            rows between unbounded preceding and unbounded following
        ) as last_until_step
    from judged

),

-- A file that judges as the one before begins nothing: a span lasts until the last of those that
-- judge alike ends.
spans as (

    select
        in_order.*,
        coalesce(
            lead(previous_until_step) over (
                partition by touch_id order by judged_from_step nulls last
            ),
            last_until_step
        ) as span_until_step
    from in_order
    where previous_judgement <> judgement
        or previous_until_step is distinct from judged_from_step

),

-- Case 15: how long after the touch it was written down, against the days that the policy of its
-- own day allows for it.
versions as (

    select
        spans.touch_id,
        spans.source_system,
        spans.source_record_id,
        spans.partner_id,
        spans.account_id,
        merged.surviving_account_id,
        coalesce(merged.merged_known_step, 0) as merged_known_step,
        spans.opportunity_id,
        spans.lead_id,
        spans.contact_id,
        spans.touch_type,
        spans.strength,
        spans.source_rank,
        spans.touch_policy_version,
        spans.occurred_at,
        spans.occurred_on,
        spans.recorded_at,
        {{ company_date('spans.recorded_at') }} as recorded_on,
        windows.influenced_recording_days as recording_days_allowed,
        spans.expires_on,
        spans.our_rep_id,
        spans.partner_seller_email,
        spans.void_reason,
        spans.void_reason is not null as is_void,
        spans.batch_id,
        spans.source_file,
        spans.source_sha256,
        spans.source_row_number,
        spans.known_on,
        spans.known_step,
        spans.known_from_step,
        spans.known_until_step,
        spans.judged_from_step as valid_from_step,
        spans.span_until_step as valid_until_step
    from spans
    left join merged
        on spans.account_id = merged.account_id
    left join windows
        on spans.occurred_on >= windows.effective_from_on
        and {{ before_open_day('spans.occurred_on', 'windows.effective_before_on') }}

)

select * from versions
