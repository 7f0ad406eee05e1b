with

source as (

    select * from {{ landed('policy', 'opportunity_cohorts') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(conversion_days as bigint) as conversion_days,
        cast(outcome_days as bigint) as outcome_days,
        cast(minimum_deals_count as bigint) as minimum_deals_count,
        cast(interval_z as {{ type_share() }}) as interval_z,

        -- dates
        cast(effective_from as date) as effective_from_on,

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
