{{ config(materialized='view') }}

with

quotas as (

    select * from {{ ref('stg_salesforce__forecasting_quotas') }}

),

periods as (

    select * from {{ ref('int_crm_fiscal_periods_newest') }}

),

plan_rates as (

    select * from {{ policy_in_force(ref('stg_policy__plan_rates'), ['currency']) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

ranked as (

    select
        quotas.*,
        {{ newest_version('quotas.quota_id', 'quotas.modified_at', 'quotas.') }} as version_rank
    from quotas

),

-- Case 46: a quota is in the currency of whoever typed it in. It is compared in company currency
-- at the plan rate; without a rate there is no amount, and a test names the quota.
converted as (

    select
        ranked.quota_id,
        'salesforce' as crm,
        ranked.owner_user_id,
        coalesce(ranked.starts_on, periods.starts_on) as starts_on,
        periods.ends_on,
        periods.period_type,
        ranked.forecasting_type_id,
        ranked.product_family,
        ranked.quota_amount,
        coalesce(ranked.currency, company.company_currency) as currency,
        case
            when coalesce(ranked.currency, company.company_currency) = company.company_currency
            then cast(1 as {{ type_rate() }})
            else plan_rates.plan_rate
        end as plan_rate,
        case
            when coalesce(ranked.currency, company.company_currency) = company.company_currency
            then ranked.quota_amount
            else {{ convert_amount('ranked.quota_amount', 'plan_rates.plan_rate') }}
        end as quota_amount_company_currency,
        ranked.quota_quantity,
        ranked.batch_id,
        ranked.source_file,
        ranked.source_sha256,
        ranked.source_row_number,
        ranked.known_step,
        ranked.known_on
    from ranked
    cross join company
    left join periods
        on ranked.period_id = periods.period_id
    left join plan_rates
        on ranked.currency = plan_rates.currency
    where ranked.version_rank = 1
        and not ranked.is_deleted

)

select * from converted
