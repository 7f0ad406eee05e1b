{{ config(materialized='incremental', incremental_strategy='append') }}

with

opportunity_steps as (

    select * from {{ ref('int_opportunity_steps_listed') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

sourcing as (

    select * from {{ ref('int_sourcing_evidence_decided') }}

),

influencing as (

    select * from {{ ref('int_influencing_evidence_decided') }}

),

roles as (

    select * from {{ ref('int_partner_roles_versioned') }}

),

evidence_at_step as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        'sourced' as attribution_class,
        sourcing.partner_id,
        sourcing.touch_id,
        sourcing.touch_type,
        sourcing.source_rank,
        sourcing.occurred_at,
        sourcing.policy_version,
        sourcing.policy_sha256
    from opportunity_steps
    inner join sourcing
        on opportunity_steps.opportunity_id = sourcing.opportunity_id
        and opportunity_steps.known_step >= sourcing.valid_from_step
        and (
            sourcing.valid_until_step is null
            or opportunity_steps.known_step < sourcing.valid_until_step
        )

    union all

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        'influenced' as attribution_class,
        influencing.partner_id,
        influencing.touch_id,
        influencing.touch_type,
        cast(null as bigint) as source_rank,
        influencing.occurred_at,
        influencing.policy_version,
        influencing.policy_sha256
    from opportunity_steps
    inner join influencing
        on opportunity_steps.opportunity_id = influencing.opportunity_id
        and opportunity_steps.known_step >= influencing.valid_from_step
        and (
            influencing.valid_until_step is null
            or opportunity_steps.known_step < influencing.valid_until_step
        )

),

evidence_decided as (

    select
        evidence_at_step.*,
        first_value(touch_type) over strongest_first as deciding_touch_type,
        first_value(touch_id) over strongest_first as deciding_touch_id
    from evidence_at_step
    window strongest_first as (
        partition by opportunity_id, known_step, attribution_class, partner_id
        order by source_rank nulls last, occurred_at nulls last, touch_id nulls last
    )

),

candidates as (

    select
        opportunity_id,
        known_step,
        attribution_class,
        partner_id,
        min(case when touch_type = 'deal_registration' then occurred_at end) as registered_at,
        min(occurred_at) as first_touch_at,
        deciding_touch_type,
        deciding_touch_id,
        policy_version,
        policy_sha256,
        cast(count(*) as bigint) as touches_count,
        {{ ordered_list('touch_id', 'occurred_at') }} as evidence_touch_ids
    from evidence_decided
    group by
        opportunity_id, known_step, attribution_class, partner_id,
        deciding_touch_type, deciding_touch_id, policy_version, policy_sha256

),

roles_at_step as (

    select distinct
        candidates.opportunity_id,
        candidates.known_step,
        candidates.partner_id
    from candidates
    inner join roles
        on candidates.opportunity_id = roles.opportunity_id
        and candidates.partner_id = roles.partner_id
        and candidates.known_step >= roles.valid_from_step
        and (roles.valid_until_step is null or candidates.known_step < roles.valid_until_step)
    where roles.is_primary_or_sourcing
        and not roles.is_deleted

),

with_roles as (

    select
        candidates.*,
        roles_at_step.partner_id is not null as has_primary_role
    from candidates
    left join roles_at_step
        on candidates.opportunity_id = roles_at_step.opportunity_id
        and candidates.known_step = roles_at_step.known_step
        and candidates.partner_id = roles_at_step.partner_id

),

-- Rules section 7.4: the first approved registration, then the CRM's primary or sourcing role,
-- then the earliest touch, then the partner's id.
ranked as (

    select
        with_roles.*,
        row_number() over (
            partition by opportunity_id, known_step, attribution_class
            order by
                registered_at nulls last,
                has_primary_role desc nulls last,
                first_touch_at nulls last,
                partner_id nulls last
        ) as partner_rank,
        cast(count(*) over (partition by opportunity_id, known_step, attribution_class) as bigint)
            as partners_count
    from with_roles

)

select * from ranked
