{{ config(materialized='incremental', incremental_strategy='append') }}

with

opportunity_steps as (

    select * from {{ ref('int_opportunity_steps_listed') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

rates as (

    select * from {{ ref('int_conversion_rates_versioned') }}

),

plan_rates as (

    select * from {{ policy_versions(ref('stg_policy__plan_rates'), ['currency']) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

opportunities_at_step as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        versions.is_closed,
        versions.close_on,
        versions.created_on,
        coalesce(versions.currency, company.company_currency) as currency,
        company.company_currency,
        cast(
            case
                when versions.is_deleted then 0
                else coalesce(versions.amount, 0)
            end as {{ type_money() }}
        ) as amount
    from opportunity_steps
    inner join versions
        on opportunity_steps.opportunity_id = versions.opportunity_id
        and opportunity_steps.known_step >= versions.known_step
        and (
            versions.superseded_step is null
            or opportunity_steps.known_step < versions.superseded_step
        )
    cross join company

),

-- Case 4: what is closed takes the rate of its close date, what is open the plan's rate.
rate_candidates as (

    select
        opportunities_at_step.opportunity_id,
        opportunities_at_step.known_step,
        'dated' as rate_kind,
        rates.conversion_rate,
        rates.starts_on as rate_on
    from opportunities_at_step
    inner join rates
        on opportunities_at_step.currency = rates.currency
        and opportunities_at_step.close_on >= rates.starts_on
        and opportunities_at_step.known_step >= rates.valid_from_step
        and (
            rates.valid_until_step is null
            or opportunities_at_step.known_step < rates.valid_until_step
        )
    where opportunities_at_step.is_closed
        and opportunities_at_step.currency <> opportunities_at_step.company_currency

    union all

    select
        opportunities_at_step.opportunity_id,
        opportunities_at_step.known_step,
        'plan' as rate_kind,
        plan_rates.plan_rate as conversion_rate,
        plan_rates.effective_from_on as rate_on
    from opportunities_at_step
    inner join plan_rates
        on opportunities_at_step.currency = plan_rates.currency
        and opportunities_at_step.created_on >= plan_rates.effective_from_on
        and opportunities_at_step.known_step >= plan_rates.valid_from_step
        and (
            plan_rates.valid_until_step is null
            or opportunities_at_step.known_step < plan_rates.valid_until_step
        )
    where not opportunities_at_step.is_closed
        and opportunities_at_step.currency <> opportunities_at_step.company_currency

),

rates_ranked as (

    select
        rate_candidates.*,
        row_number() over (
            partition by opportunity_id, known_step
            order by rate_on desc nulls last
        ) as rate_rank
    from rate_candidates

),

converted as (

    select
        opportunities_at_step.opportunity_id,
        opportunities_at_step.known_step,
        opportunities_at_step.currency,
        opportunities_at_step.amount,
        case
            when opportunities_at_step.currency = opportunities_at_step.company_currency
            then 'company_currency'
            else rates_ranked.rate_kind
        end as rate_kind,
        case
            when opportunities_at_step.currency = opportunities_at_step.company_currency
            then cast(1 as {{ type_rate() }})
            else rates_ranked.conversion_rate
        end as conversion_rate,
        rates_ranked.rate_on,
        case
            when opportunities_at_step.currency = opportunities_at_step.company_currency
                or opportunities_at_step.amount = 0
            then opportunities_at_step.amount
            else
                {{ convert_amount('opportunities_at_step.amount', 'rates_ranked.conversion_rate') }}
        end as amount_company_currency
    from opportunities_at_step
    left join rates_ranked
        on opportunities_at_step.opportunity_id = rates_ranked.opportunity_id
        and opportunities_at_step.known_step = rates_ranked.known_step
        and rates_ranked.rate_rank = 1

)

select * from converted
