{{ config(materialized='incremental', incremental_strategy='append') }}

with

classes as (

    select * from {{ ref('int_opportunity_classes_decided') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

amounts as (

    select * from {{ ref('int_opportunity_amounts_converted') }}

),

credited as (

    select * from {{ ref('int_opportunity_reps_credited') }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

opportunity_types as (

    select * from {{ policy_versions(ref('stg_policy__opportunity_types'), ['opportunity_type']) }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

opportunities_at_step as (

    select
        classes.*,
        versions.account_id,
        versions.is_closed,
        versions.is_won,
        versions.is_deleted,
        versions.amount is null as is_amount_missing,
        opportunity_types.exclusion,
        versions.batch_id as opportunity_batch_id,
        versions.source_file as opportunity_source_file,
        versions.source_sha256 as opportunity_source_sha256,
        versions.source_row_number as opportunity_source_row_number
    from classes
    inner join versions
        on classes.opportunity_id = versions.opportunity_id
        and classes.known_step >= versions.known_step
        and (versions.superseded_step is null or classes.known_step < versions.superseded_step)
    left join opportunity_types
        on versions.opportunity_type = opportunity_types.opportunity_type
        and versions.created_on >= opportunity_types.effective_from_on
        and (
            opportunity_types.effective_before_on is null
            or versions.created_on < opportunity_types.effective_before_on
        )
        and classes.known_step >= opportunity_types.valid_from_step
        and (
            opportunity_types.valid_until_step is null
            or classes.known_step < opportunity_types.valid_until_step
        )

),

measures as (

    select 'pipeline_created' as measure
    union all
    select 'bookings' as measure

),

-- One position per opportunity, measure and step. A measure that does not apply (not won, deleted,
-- nothing to book) is a position that does not stand: it reverses what stood before.
positions as (

    select
        opportunities_at_step.opportunity_id,
        measures.measure,
        opportunities_at_step.known_step,
        opportunities_at_step.known_on,
        opportunities_at_step.refresh_number,
        not opportunities_at_step.is_deleted
        and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
        and amounts.amount <> 0 as is_standing,
        opportunities_at_step.is_closed,
        opportunities_at_step.is_won,
        opportunities_at_step.is_deleted,
        opportunities_at_step.is_amount_missing,
        opportunities_at_step.attribution_class,
        opportunities_at_step.partner_id,
        credited.rep_id,
        credited.manager_id,
        credited.event_on,
        fiscal_days.fiscal_quarter as origin_quarter,
        amounts.currency,
        case
            when not opportunities_at_step.is_deleted
                and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
            then amounts.amount
            else cast(0 as {{ type_money() }})
        end as amount,
        case
            when not opportunities_at_step.is_deleted
                and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
            then amounts.amount_company_currency
            else cast(0 as {{ type_money() }})
        end as amount_company_currency,
        amounts.conversion_rate,
        amounts.rate_on,
        amounts.rate_kind,
        opportunities_at_step.exclusion,
        opportunities_at_step.rule_id,
        opportunities_at_step.tie_break,
        opportunities_at_step.override_id,
        opportunities_at_step.deciding_touch_id,
        opportunities_at_step.evidence_touch_ids,
        opportunities_at_step.partners_count,
        opportunities_at_step.policy_version,
        opportunities_at_step.policy_sha256,
        opportunities_at_step.opportunity_batch_id,
        opportunities_at_step.opportunity_source_file,
        opportunities_at_step.opportunity_source_sha256,
        opportunities_at_step.opportunity_source_row_number
    from opportunities_at_step
    cross join measures
    inner join amounts
        on opportunities_at_step.opportunity_id = amounts.opportunity_id
        and opportunities_at_step.known_step = amounts.known_step
    left join credited
        on opportunities_at_step.opportunity_id = credited.opportunity_id
        and opportunities_at_step.known_step = credited.known_step
        and measures.measure = credited.measure
    left join fiscal_days
        on credited.event_on = fiscal_days.day_on

)

select * from positions
