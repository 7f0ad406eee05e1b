{{ config(materialized='incremental', incremental_strategy='append') }}

with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

windows as (

    select * from {{ ref('int_attribution_windows_by_opportunity') }}

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

overrides as (

    select * from {{ ref('int_attribution_overrides_decided') }}

),

owners as (

    select * from {{ ref('int_crm_opportunity_owners_dated') }}

),

splits as (

    select * from {{ ref('int_revenue_splits_versioned') }}

),

managers as (

    select * from {{ ref('int_crm_managers_versioned') }}

),

rates as (

    select * from {{ ref('int_conversion_rates_versioned') }}

),

opportunity_types as (

    select * from {{ ref('stg_policy__opportunity_types') }}

),

plan_rates as (

    select * from {{ ref('stg_policy__plan_rates') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

manager_changes as (

    select
        user_id,
        known_step,
        known_on,
        row_number() over (
            partition by user_id order by known_step nulls last
        ) as version_number
    from managers

),

credited_days as (

    select
        opportunity_id,
        max(created_on) as created_on,
        max(case when is_won then close_on end) as won_on
    from versions
    group by opportunity_id

),

first_versions as (

    select
        opportunity_id,
        known_step as first_step
    from versions
    where version_number = 1

),

-- Every step in which anything became known that may move the opportunity's place in the ledger,
-- and what it was: a fact of its partners, a rule of the company, or anything else.
changes as (

    select opportunity_id, known_step, 'fact' as cause from versions
    union
    select opportunity_id, valid_from_step as known_step, 'policy' as cause from windows
    union
    select
        opportunity_id,
        valid_from_step as known_step,
        case when begins_by_fact then 'evidence' else 'policy' end as cause
    from sourcing
    union
    select
        opportunity_id,
        valid_until_step as known_step,
        case when ends_by_fact then 'evidence' else 'policy' end as cause
    from sourcing
    union
    select
        opportunity_id,
        valid_from_step as known_step,
        case when begins_by_fact then 'evidence' else 'policy' end as cause
    from influencing
    union
    select
        opportunity_id,
        valid_until_step as known_step,
        case when ends_by_fact then 'evidence' else 'policy' end as cause
    from influencing
    union
    select opportunity_id, valid_from_step as known_step, 'evidence' as cause from roles
    union
    select opportunity_id, valid_until_step as known_step, 'evidence' as cause from roles
    union
    select opportunity_id, valid_from_step as known_step, 'fact' as cause from overrides
    union
    select opportunity_id, valid_until_step as known_step, 'fact' as cause from overrides
    union
    select opportunity_id, known_step, 'fact' as cause from owners
    union
    select opportunity_id, valid_from_step as known_step, 'fact' as cause from splits
    union
    select opportunity_id, valid_until_step as known_step, 'fact' as cause from splits
    union
    -- The manager of the day of the event may become known after it (case 24).
    select owners.opportunity_id, manager_changes.known_step, 'fact' as cause
    from owners
    inner join manager_changes
        on owners.owner_user_id = manager_changes.user_id
        and owners.known_step < manager_changes.known_step
    inner join credited_days
        on owners.opportunity_id = credited_days.opportunity_id
        and (
            manager_changes.version_number = 1
            or manager_changes.known_on <= credited_days.created_on
            or manager_changes.known_on <= credited_days.won_on
        )
    union
    select versions.opportunity_id, rates.valid_from_step as known_step, 'fact' as cause
    from versions
    inner join rates
        on versions.currency = rates.currency
        and versions.close_on >= rates.starts_on
        and versions.is_closed
        and versions.known_step < rates.valid_from_step
    union
    select versions.opportunity_id, plan_rates.known_step, 'policy' as cause
    from versions
    inner join plan_rates
        on versions.currency = plan_rates.currency
    union
    select versions.opportunity_id, opportunity_types.known_step, 'policy' as cause
    from versions
    inner join opportunity_types
        on versions.opportunity_type = opportunity_types.opportunity_type

),

opportunity_steps as (

    select
        changes.opportunity_id,
        steps.known_step,
        steps.known_on,
        steps.refresh_number,
        max(case when changes.cause = 'policy' then 1 else 0 end) = 1 as has_policy_change,
        max(case when changes.cause = 'evidence' then 1 else 0 end) = 1 as has_evidence_change
    from changes
    inner join first_versions
        on changes.opportunity_id = first_versions.opportunity_id
    inner join steps
        on changes.known_step = steps.known_step
    where changes.known_step >= first_versions.first_step
    {% if is_incremental() %}
        and changes.known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}
    group by
        changes.opportunity_id, steps.known_step, steps.known_on, steps.refresh_number

)

select * from opportunity_steps
