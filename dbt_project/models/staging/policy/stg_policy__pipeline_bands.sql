with

source as (

    select * from {{ landed('policy', 'pipeline_bands') }}

),

renamed as (

    select
        -- strings
        policy_version,
        band,
        reason,

        -- numerics
        cast(minimum_stage_number as bigint) as minimum_stage_number,
        cast(partner_activity_days as bigint) as partner_activity_days,
        cast(momentum_days as bigint) as momentum_days,

        -- booleans
        cast(needs_active_plan as boolean) as needs_active_plan,

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
