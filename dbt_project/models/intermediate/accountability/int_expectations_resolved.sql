with

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

versions as (

    select * from {{ ref('int_expectations_versioned') }}

),

defaults as (

    select * from {{ policy_versions(ref('stg_policy__expectation_defaults'), ['metric']) }}

),

plan_rates as (

    select * from {{ policy_versions(ref('stg_policy__plan_rates'), ['currency']) }}

),

quarter_days as (

    select * from {{ ref('int_rep_quarter_days_counted') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- Of a rep's own rows the newest that holds by then counts, for the whole quarter.
own_ranked as (

    select
        moments.moment_id,
        versions.rep_id,
        versions.fiscal_quarter,
        versions.metric,
        versions.target,
        versions.currency,
        versions.acknowledged_on,
        versions.source_file,
        versions.source_row_number,
        row_number() over (
            partition by moments.moment_id, versions.rep_id, versions.metric
            order by versions.holds_from_on desc nulls last
        ) as version_rank
    from moments
    inner join versions
        on moments.fiscal_quarter = versions.fiscal_quarter
        and moments.cutoff_step >= versions.valid_from_step
        and (
            versions.valid_until_step is null
            or moments.cutoff_step < versions.valid_until_step
        )
        and moments.through_on >= versions.holds_from_on

),

own_expectations as (

    select * from own_ranked
    where version_rank = 1

),

-- Every rep in seat owes the policy's defaults; a row of their own replaces the default.
default_expectations as (

    select
        quarter_days.moment_id,
        quarter_days.rep_id,
        quarter_days.fiscal_quarter,
        defaults.metric,
        defaults.target
    from quarter_days
    inner join moments
        on quarter_days.moment_id = moments.moment_id
    inner join defaults
        on moments.quarter_starts_on >= defaults.effective_from_on
        and (
            defaults.effective_before_on is null
            or moments.quarter_starts_on < defaults.effective_before_on
        )
        and moments.cutoff_step >= defaults.valid_from_step
        and (
            defaults.valid_until_step is null
            or moments.cutoff_step < defaults.valid_until_step
        )

),

expectation_keys as (

    select moment_id, rep_id, fiscal_quarter, metric from default_expectations
    union
    select moment_id, rep_id, fiscal_quarter, metric from own_expectations

),

resolved as (

    select
        expectation_keys.moment_id,
        expectation_keys.rep_id,
        expectation_keys.fiscal_quarter,
        expectation_keys.metric,
        own_expectations.metric is not null as is_own_row,
        coalesce(own_expectations.target, default_expectations.target) as stated_target,
        own_expectations.currency as stated_currency,
        own_expectations.acknowledged_on,
        own_expectations.source_file,
        own_expectations.source_row_number
    from expectation_keys
    left join own_expectations
        on expectation_keys.moment_id = own_expectations.moment_id
        and expectation_keys.rep_id = own_expectations.rep_id
        and expectation_keys.metric = own_expectations.metric
    left join default_expectations
        on expectation_keys.moment_id = default_expectations.moment_id
        and expectation_keys.rep_id = default_expectations.rep_id
        and expectation_keys.metric = default_expectations.metric

),

-- Case 46: a quota in the rep's own currency is turned into the company's at the plan rate.
converted as (

    select
        resolved.moment_id,
        moments.moment_kind,
        resolved.rep_id,
        resolved.fiscal_quarter,
        resolved.metric,
        resolved.is_own_row,
        resolved.stated_target,
        resolved.stated_currency,
        case
            when resolved.stated_currency is null
                or resolved.stated_currency = company.company_currency
            then resolved.stated_target
            else {{ convert_amount('resolved.stated_target', 'plan_rates.plan_rate') }}
        end as target,
        resolved.acknowledged_on,
        resolved.source_file,
        resolved.source_row_number
    from resolved
    cross join company
    inner join moments
        on resolved.moment_id = moments.moment_id
    left join plan_rates
        on resolved.stated_currency = plan_rates.currency
        and moments.quarter_starts_on >= plan_rates.effective_from_on
        and (
            plan_rates.effective_before_on is null
            or moments.quarter_starts_on < plan_rates.effective_before_on
        )
        and moments.cutoff_step >= plan_rates.valid_from_step
        and (
            plan_rates.valid_until_step is null
            or moments.cutoff_step < plan_rates.valid_until_step
        )

)

select * from converted
