with

source as (

    select * from {{ landed('policy', 'attribution_windows') }}

),

renamed as (

    select
        -- strings
        policy_version,
        opportunity_type,
        reason,

        -- numerics
        cast(sourced_window_days as bigint) as sourced_window_days,
        cast(sourced_lock_days as bigint) as sourced_lock_days,
        cast(influenced_recording_days as bigint) as influenced_recording_days,
        cast(registration_valid_days as bigint) as registration_valid_days,

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
