with

source as (

    select * from {{ landed('policy', 'release_retention') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(newest_count as bigint) as newest_count,
        cast(recent_days as bigint) as recent_days,

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
