{{ config(materialized='table') }}

with

source as (

    select * from {{ landed('cosell', 'ae_weeks') }}

),

renamed as (

    select
        -- ids
        ae_week_id,
        rep_id,

        -- strings
        fiscal_quarter,
        metric,
        flag_reason,
        status,

        -- numerics
        cast(week_number as bigint) as week_number,
        cast(weeks_count as bigint) as weeks_count,
        cast(target as {{ type_money() }}) as target,
        cast(fair_target as {{ type_money() }}) as fair_target,
        cast(active_days_count as decimal(18, 6)) as active_days_count,
        cast(business_days_count as bigint) as business_days_count,
        cast(elapsed_days_count as decimal(18, 6)) as elapsed_days_count,
        cast(elapsed_share as decimal(18, 6)) as elapsed_share,
        cast(actual as {{ type_money() }}) as actual,
        cast(actual_base as {{ type_money() }}) as actual_base,
        cast(attainment as decimal(18, 6)) as attainment,
        cast(linear_pace as decimal(18, 6)) as linear_pace,
        cast(expected_share as decimal(18, 6)) as expected_share,
        cast(seasonal_pace as decimal(18, 6)) as seasonal_pace,
        cast(prior_attainment as decimal(18, 6)) as prior_attainment,
        cast(projected_actual as {{ type_money() }}) as projected_actual,
        cast(projected_attainment as decimal(18, 6)) as projected_attainment,
        cast(projected_low_attainment as decimal(18, 6)) as projected_low_attainment,
        cast(projected_high_attainment as decimal(18, 6)) as projected_high_attainment,
        cast(errors_count as bigint) as errors_count,
        cast(miss_probability as {{ type_share() }}) as miss_probability,

        -- booleans
        cast(is_flagged as boolean) as is_flagged,

        -- dates
        cast(week_starts_on as date) as week_starts_on,
        cast(through_on as date) as through_on,
        cast(told_on as date) as told_on,
        cast(acknowledged_on as date) as acknowledged_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on
    from source

)

select * from renamed
