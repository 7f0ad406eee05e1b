{{ config(materialized='incremental', incremental_strategy='append') }}

with

opportunity_steps as (

    select * from {{ ref('int_opportunity_steps_listed') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

candidates as (

    select * from {{ ref('int_partner_candidates_ranked') }}

),

windows as (

    select * from {{ ref('int_attribution_windows_by_opportunity') }}

),

overrides as (

    select * from {{ ref('int_attribution_overrides_decided') }}

),

winners as (

    select
        candidates.*,
        row_number() over (
            partition by candidates.opportunity_id, candidates.known_step
            order by candidates.attribution_class = 'sourced' desc nulls last
        ) as class_rank
    from candidates
    where candidates.partner_rank = 1

),

seconds as (

    select * from candidates
    where partner_rank = 2

),

policies_at_step as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        windows.policy_version,
        windows.policy_sha256
    from opportunity_steps
    inner join windows
        on opportunity_steps.opportunity_id = windows.opportunity_id
        and opportunity_steps.known_step >= windows.valid_from_step
        and (
            windows.valid_until_step is null
            or opportunity_steps.known_step < windows.valid_until_step
        )

),

overrides_at_step as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        overrides.override_id,
        overrides.attribution_class,
        overrides.partner_id,
        row_number() over (
            partition by opportunity_steps.opportunity_id, opportunity_steps.known_step
            order by overrides.approved_at desc nulls last, overrides.override_id nulls last
        ) as override_rank
    from opportunity_steps
    inner join overrides
        on opportunity_steps.opportunity_id = overrides.opportunity_id
        and overrides.refusal is null
        and opportunity_steps.known_step >= overrides.valid_from_step
        and (
            overrides.valid_until_step is null
            or opportunity_steps.known_step < overrides.valid_until_step
        )

),

classes as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        opportunity_steps.known_on,
        opportunity_steps.refresh_number,
        opportunity_steps.has_policy_change,
        opportunity_steps.has_evidence_change,
        case
            when overrides_at_step.override_id is not null
            then overrides_at_step.attribution_class
            else coalesce(winners.attribution_class, 'direct')
        end as attribution_class,
        case
            when overrides_at_step.attribution_class = 'direct' then null
            when overrides_at_step.override_id is not null then overrides_at_step.partner_id
            else winners.partner_id
        end as partner_id,
        case
            when overrides_at_step.override_id is not null then 'override'
            when winners.attribution_class is not null
            then {{ dbt.concat(["winners.attribution_class", "'_by_'", "winners.deciding_touch_type"]) }}
            else 'direct_without_qualifying_touch'
        end as rule_id,
        case
            when overrides_at_step.override_id is not null or winners.partner_id is null then null
            when seconds.partner_id is null then 'only_partner'
            when coalesce(
                    winners.registered_at < seconds.registered_at,
                    winners.registered_at is not null and seconds.registered_at is null
                )
            then 'first_approved_registration'
            when winners.has_primary_role and not seconds.has_primary_role then 'crm_primary_role'
            when winners.first_touch_at < seconds.first_touch_at then 'earliest_touch'
            else 'partner_id'
        end as tie_break,
        overrides_at_step.override_id,
        winners.deciding_touch_id,
        winners.evidence_touch_ids,
        coalesce(winners.partners_count, 0) as partners_count,
        coalesce(winners.policy_version, policies_at_step.policy_version) as policy_version,
        coalesce(winners.policy_sha256, policies_at_step.policy_sha256) as policy_sha256
    from opportunity_steps
    left join winners
        on opportunity_steps.opportunity_id = winners.opportunity_id
        and opportunity_steps.known_step = winners.known_step
        and winners.class_rank = 1
    left join seconds
        on winners.opportunity_id = seconds.opportunity_id
        and winners.known_step = seconds.known_step
        and winners.attribution_class = seconds.attribution_class
    left join policies_at_step
        on opportunity_steps.opportunity_id = policies_at_step.opportunity_id
        and opportunity_steps.known_step = policies_at_step.known_step
    left join overrides_at_step
        on opportunity_steps.opportunity_id = overrides_at_step.opportunity_id
        and opportunity_steps.known_step = overrides_at_step.known_step
        and overrides_at_step.override_rank = 1

)

select * from classes
