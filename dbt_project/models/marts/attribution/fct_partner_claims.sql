with

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

crm_opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

touch_evidence as (

    select * from {{ ref('fct_partner_touch_evidence') }}
    where touch_id is not null

),

windows as (

    select * from {{ ref('int_attribution_windows_by_opportunity') }}
    where valid_until_step is null

),

sourcing as (

    select * from {{ ref('int_sourcing_evidence_decided') }}
    where valid_until_step is null

),

influencing as (

    select * from {{ ref('int_influencing_evidence_decided') }}
    where valid_until_step is null

),

roles as (

    select * from {{ ref('int_partner_roles_versioned') }}
    where valid_until_step is null
        and not is_deleted
        and partner_id is not null

),

evidence_of_records as (

    select opportunity_id, touch_id as evidence_id, 'sourced' as earned_class from sourcing
    union all
    select opportunity_id, touch_id as evidence_id, 'influenced' as earned_class from influencing

),

-- A real touch earns what any of its records earns.
earned as (

    select
        evidence_of_records.opportunity_id,
        touch_evidence.touch_id,
        max(evidence_of_records.earned_class) as earned_class
    from evidence_of_records
    inner join touch_evidence
        on evidence_of_records.evidence_id = touch_evidence.evidence_id
    group by evidence_of_records.opportunity_id, touch_evidence.touch_id

),

touches_of_deals as (

    select
        touches.opportunity_id,
        touches.touch_id
    from touches

    union

    select
        opportunities.opportunity_id,
        touches.touch_id
    from touches
    inner join opportunities
        on touches.account_id = opportunities.account_id
    where touches.opportunity_id is null

    union

    select
        opportunity_id,
        touch_id
    from earned

),

measured as (

    select
        touches_of_deals.opportunity_id,
        touches_of_deals.touch_id,
        touches.partner_id,
        touches.touch_type,
        touches.strength,
        touches.occurred_at,
        touches.recorded_at,
        case
            when earned.earned_class = 'sourced' then 'sourced'
            -- What came after the close influences nothing, whatever it is (case 14).
            when opportunities.is_closed and touches.occurred_on > opportunities.close_on then null
            else earned.earned_class
        end as earned_class,
        opportunities.attribution_class,
        opportunities.partner_id as primary_partner_id,
        touches.occurred_at <= crm_opportunities.created_at as is_before_creation,
        opportunities.is_closed and touches.occurred_on > opportunities.close_on as is_post_close,
        touches.occurred_on < {{ add_days('opportunities.created_on', '-windows.sourced_window_days') }}
            as is_before_window,
        touches.recorded_on > {{ add_days('opportunities.created_on', 'windows.sourced_lock_days') }}
            as is_recorded_after_lock,
        touches.recorded_on > {{ add_days('touches.occurred_on', 'windows.influenced_recording_days') }}
            as is_recorded_late,
        opportunities.created_on > touch_evidence.expires_on as is_expired
    from touches_of_deals
    inner join touches
        on touches_of_deals.touch_id = touches.touch_id
    inner join opportunities
        on touches_of_deals.opportunity_id = opportunities.opportunity_id
    inner join crm_opportunities
        on touches_of_deals.opportunity_id = crm_opportunities.opportunity_id
    left join touch_evidence
        on touches_of_deals.touch_id = touch_evidence.evidence_id
    left join windows
        on touches_of_deals.opportunity_id = windows.opportunity_id
    left join earned
        on touches_of_deals.opportunity_id = earned.opportunity_id
        and touches_of_deals.touch_id = earned.touch_id

),

-- Each touch in the order in which the rules ask: what it is, when it was, when it was written down,
-- which deal and which partner it is for.
judged as (

    select
        measured.*,
        case
            when earned_class = attribution_class and partner_id = primary_partner_id then 'decides'
            when earned_class = attribution_class and touch_type = 'deal_registration'
            then 'registration_conflict'
            when earned_class = attribution_class then 'other_partner_is_primary'
            when earned_class is not null then 'another_class_decides'
            when is_post_close then 'post_close_touch'
            when coalesce(strength, 'none') not in ('strong', 'qualifying') then 'no_qualifying_kind'
            when strength = 'strong' and not is_before_creation then 'after_creation'
            when strength = 'strong' and is_expired then 'registration_expired'
            when strength = 'strong' and is_before_window then 'before_the_window'
            when strength = 'strong' and is_recorded_after_lock then 'recorded_after_the_lock'
            when strength = 'qualifying' and is_before_creation then 'before_creation'
            when strength = 'qualifying' and is_recorded_late then 'recorded_too_late'
            else 'of_another_opportunity'
        end as verdict
    from measured

),

-- Rules section 7.4: a role in the CRM is a claim and never a touch; without evidence it is listed.
role_claims as (

    select
        roles.opportunity_id,
        roles.opportunity_partner_id,
        roles.partner_id,
        roles.role
    from roles
    inner join opportunities
        on roles.opportunity_id = opportunities.opportunity_id
    left join judged
        on roles.opportunity_id = judged.opportunity_id
        and roles.partner_id = judged.partner_id
        and judged.earned_class is not null
    where judged.opportunity_id is null

),

claims as (

    select
        {{ hash_id(['opportunity_id', "'touch'", 'touch_id']) }} as claim_id,
        opportunity_id,
        partner_id,
        case when touch_type = 'deal_registration' then 'registration' else 'touch' end as claim_kind,
        touch_id,
        cast(null as {{ type_string() }}) as opportunity_partner_id,
        touch_type,
        cast(null as {{ type_string() }}) as role,
        occurred_at,
        recorded_at,
        earned_class,
        verdict
    from judged

    union all

    select
        {{ hash_id(['opportunity_id', "'role'", 'opportunity_partner_id']) }} as claim_id,
        opportunity_id,
        partner_id,
        'role' as claim_kind,
        cast(null as {{ type_string() }}) as touch_id,
        opportunity_partner_id,
        cast(null as {{ type_string() }}) as touch_type,
        role,
        cast(null as timestamp) as occurred_at,
        cast(null as timestamp) as recorded_at,
        cast(null as {{ type_string() }}) as earned_class,
        'unproven_role' as verdict
    from role_claims

)

select * from claims
