with

listed as (

    select * from {{ ref('int_expectations_listed') }}

),

defaults as (

    select * from {{ policy_versions(ref('stg_policy__expectation_defaults'), ['metric']) }}
    where valid_until_step is null

),

plan_rates as (

    select * from {{ policy_versions(ref('stg_policy__plan_rates'), ['currency']) }}
    where valid_until_step is null

),

active_days as (

    select * from {{ ref('int_rep_active_days') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

seated_quarters as (

    select
        active_days.rep_id,
        active_days.fiscal_quarter
    from active_days
    group by active_days.rep_id, active_days.fiscal_quarter

),

-- Every rep in seat owes the policy's defaults; a row of their own replaces the default.
default_expectations as (

    select
        seated_quarters.rep_id,
        seated_quarters.fiscal_quarter,
        defaults.metric,
        defaults.target
    from seated_quarters
    inner join quarters
        on seated_quarters.fiscal_quarter = quarters.fiscal_quarter
    inner join defaults
        on quarters.starts_on >= defaults.effective_from_on
        and (
            defaults.effective_before_on is null
            or quarters.starts_on < defaults.effective_before_on
        )

),

expectation_keys as (

    select rep_id, fiscal_quarter, metric from default_expectations
    union
    select rep_id, fiscal_quarter, metric from listed

),

resolved as (

    select
        expectation_keys.rep_id,
        expectation_keys.fiscal_quarter,
        expectation_keys.metric,
        listed.metric is not null as is_own_row,
        coalesce(listed.target, default_expectations.target) as stated_target,
        listed.currency as stated_currency,
        listed.acknowledged_on,
        listed.source_file,
        listed.source_row_number,
        quarters.starts_on as quarter_starts_on,
        quarters.ends_on as quarter_ends_on,
        company.company_currency
    from expectation_keys
    cross join company
    cross join refresh
    inner join quarters
        on expectation_keys.fiscal_quarter = quarters.fiscal_quarter
        and refresh.as_of >= quarters.starts_on
    left join listed
        on expectation_keys.rep_id = listed.rep_id
        and expectation_keys.fiscal_quarter = listed.fiscal_quarter
        and expectation_keys.metric = listed.metric
    left join default_expectations
        on expectation_keys.rep_id = default_expectations.rep_id
        and expectation_keys.fiscal_quarter = default_expectations.fiscal_quarter
        and expectation_keys.metric = default_expectations.metric

),

-- Case 46: a quota in the rep's own currency is turned into the company's at the plan rate.
converted as (

    select
        resolved.rep_id,
        resolved.fiscal_quarter,
        resolved.metric,
        resolved.is_own_row,
        resolved.quarter_starts_on,
        resolved.quarter_ends_on,
        resolved.stated_target,
        resolved.stated_currency,
        case
            when resolved.stated_currency is null
                or resolved.stated_currency = resolved.company_currency
            then resolved.stated_target
            else {{ convert_amount('resolved.stated_target', 'plan_rates.plan_rate') }}
        end as target,
        resolved.acknowledged_on,
        resolved.source_file,
        resolved.source_row_number
    from resolved
    left join plan_rates
        on resolved.stated_currency = plan_rates.currency
        and resolved.quarter_starts_on >= plan_rates.effective_from_on
        and (
            plan_rates.effective_before_on is null
            or resolved.quarter_starts_on < plan_rates.effective_before_on
        )

)

select * from converted
