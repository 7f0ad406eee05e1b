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
        moments.moment_kind,
        moments.quarter_starts_on,
        moments.cutoff_step,
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

-- Case 46: a quota in the rep's own currency is turned into the company's at the plan rate.
own_expectations as (

    select
        own_ranked.*,
        case
            when own_ranked.currency is null or own_ranked.currency = company.company_currency
            then own_ranked.target
            else {{ convert_amount('own_ranked.target', 'plan_rates.plan_rate') }}
        end as converted_target
    from own_ranked
    cross join company
    left join plan_rates
        on own_ranked.currency = plan_rates.currency
        and own_ranked.quarter_starts_on >= plan_rates.effective_from_on
        and {{ before_open_day('own_ranked.quarter_starts_on', 'plan_rates.effective_before_on') }}
        and own_ranked.cutoff_step >= plan_rates.valid_from_step
        and {{ before_open_step('own_ranked.cutoff_step', 'plan_rates.valid_until_step') }}
    where own_ranked.version_rank = 1

),

defaults_by_moment as (

    select
        moments.moment_id,
        moments.moment_kind,
        defaults.metric,
        defaults.target
    from moments
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

-- Every rep in seat owes the policy's defaults; a row of their own replaces the default.
default_expectations as (

    select
        quarter_days.moment_id,
        defaults_by_moment.moment_kind,
        quarter_days.rep_id,
        quarter_days.fiscal_quarter,
        defaults_by_moment.metric,
        defaults_by_moment.target
    from quarter_days
    inner join defaults_by_moment
        on quarter_days.moment_id = defaults_by_moment.moment_id

),

expectation_keys as (

    select moment_id, moment_kind, rep_id, fiscal_quarter, metric from default_expectations
    union
    select moment_id, moment_kind, rep_id, fiscal_quarter, metric from own_expectations

),

resolved as (

    select
        expectation_keys.moment_id,
        expectation_keys.moment_kind,
        expectation_keys.rep_id,
        expectation_keys.fiscal_quarter,
        expectation_keys.metric,
        own_expectations.metric is not null as is_own_row,
        coalesce(own_expectations.target, default_expectations.target) as stated_target,
        own_expectations.currency as stated_currency,
        case
            when own_expectations.target is null then default_expectations.target
            else own_expectations.converted_target
        end as target,
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

)

select * from resolved
