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

splits as (

    select * from {{ ref('int_revenue_splits_versioned') }}

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
        and {{ before_open_day('versions.created_on', 'opportunity_types.effective_before_on') }}
        and classes.known_step >= opportunity_types.valid_from_step
        and {{ before_open_step('classes.known_step', 'opportunity_types.valid_until_step') }}

),

measures as (

    select 'pipeline_created' as measure
    union all
    select 'bookings' as measure

),

-- Case 26: one credit per opportunity, and more from the step in which it was first split among
-- more reps. A credit that a later split no longer has is a position that does not stand.
credits as (

    select
        opportunities_at_step.opportunity_id,
        opportunities_at_step.known_step,
        coalesce(credit_numbers.credit_number, 1) as credit_number
    from opportunities_at_step
    left join (
        select
            opportunity_id,
            credit_number,
            case when credit_number = 1 then 0 else min(valid_from_step) end as first_step
        from splits
        group by opportunity_id, credit_number
    ) as credit_numbers
        on opportunities_at_step.opportunity_id = credit_numbers.opportunity_id
        and opportunities_at_step.known_step >= credit_numbers.first_step

),

-- Case 4: an amount without a rate stands nowhere; a test stops the station until there is one.
-- One position per opportunity, measure, credit and step. A measure that does not apply (not won, deleted,
-- nothing to book) is a position that does not stand: it reverses what stood before.
measured as (

    select
        opportunities_at_step.*,
        measures.measure,
        credits.credit_number,
        amounts.currency,
        amounts.conversion_rate,
        amounts.rate_on,
        amounts.rate_kind,
        credited.rep_id,
        credited.manager_id,
        credited.event_on,
        fiscal_days.fiscal_quarter as origin_quarter,
        credited.credit_percentage,
        credited.credit_until_percentage,
        not opportunities_at_step.is_deleted
        and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
        and amounts.amount <> 0
        and amounts.amount_company_currency is not null as is_deal_standing,
        case
            when not opportunities_at_step.is_deleted
                and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
                and credited.credit_percentage is not null
                and amounts.amount_company_currency is not null
            then amounts.amount
            else cast(0 as {{ type_money() }})
        end as deal_amount,
        case
            when not opportunities_at_step.is_deleted
                and (measures.measure = 'pipeline_created' or opportunities_at_step.is_won)
                and credited.credit_percentage is not null
            then coalesce(amounts.amount_company_currency, 0)
            else cast(0 as {{ type_money() }})
        end as deal_amount_company_currency
    from opportunities_at_step
    cross join measures
    inner join credits
        on opportunities_at_step.opportunity_id = credits.opportunity_id
        and opportunities_at_step.known_step = credits.known_step
    inner join amounts
        on opportunities_at_step.opportunity_id = amounts.opportunity_id
        and opportunities_at_step.known_step = amounts.known_step
    left join credited
        on opportunities_at_step.opportunity_id = credited.opportunity_id
        and opportunities_at_step.known_step = credited.known_step
        and measures.measure = credited.measure
        and credits.credit_number = credited.credit_number
    left join fiscal_days
        on credited.event_on = fiscal_days.day_on

),

parted as (

    select
        measured.*,
        case
            when credit_percentage = 100 then deal_amount
            else
                {{ share_of_amount('deal_amount', 'credit_until_percentage', '100') }}
                - {{ share_of_amount(
                    'deal_amount', '(credit_until_percentage - credit_percentage)', '100'
                ) }}
        end as credited_amount,
        case
            when credit_percentage = 100 then deal_amount_company_currency
            else
                {{ share_of_amount('deal_amount_company_currency', 'credit_until_percentage', '100') }}
                - {{ share_of_amount(
                    'deal_amount_company_currency', '(credit_until_percentage - credit_percentage)',
                    '100'
                ) }}
        end as credited_amount_company_currency
    from measured

),

positions as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_deal_standing
        and coalesce(
            credit_percentage = 100
            or credited_amount <> 0
            or credited_amount_company_currency <> 0,
            false
        ) as is_standing,
        is_deal_standing,
        is_closed,
        is_won,
        is_deleted,
        is_amount_missing,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        event_on,
        origin_quarter,
        {{ ratio('credit_percentage', '100') }} as rep_credit_share,
        currency,
        cast(coalesce(credited_amount, 0) as {{ type_money() }}) as amount,
        case
            when credit_percentage is null then cast(0 as {{ type_money() }})
            else cast(credited_amount_company_currency as {{ type_money() }})
        end as amount_company_currency,
        conversion_rate,
        rate_on,
        rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        deciding_touch_id,
        evidence_touch_ids,
        partners_count,
        policy_version,
        policy_sha256,
        has_policy_change,
        has_evidence_change,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number
    from parted

)

select * from positions
