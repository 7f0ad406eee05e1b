{{ config(materialized='table') }}

with

source as (

    select * from {{ landed('cosell', 'ae_quarters') }}

),

renamed as (

    select
        -- ids
        ae_quarter_id,
        rep_id,

        -- strings
        fiscal_quarter,
        metric,
        status,
        support_status,
        support_gaps,
        tier,

        -- numerics
        cast(target as {{ type_money() }}) as target,
        cast(fair_target as {{ type_money() }}) as fair_target,
        cast(active_days_count as decimal(18, 6)) as active_days_count,
        cast(business_days_count as bigint) as business_days_count,
        cast(actual as {{ type_money() }}) as actual,
        cast(actual_base as {{ type_money() }}) as actual_base,
        cast(attainment as decimal(18, 6)) as attainment,
        cast(missed_quarters_count as bigint) as missed_quarters_count,

        -- dates
        cast(closed_on as date) as closed_on,
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
