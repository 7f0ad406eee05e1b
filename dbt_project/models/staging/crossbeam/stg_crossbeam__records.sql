with

source as (

    select * from {{ landed('crossbeam', 'records') }}

),

renamed as (

    select
        -- ids
        our_crossbeam_record_id,
        our_record_id,

        -- strings
        our_record_type,

        -- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed,
        _mode as mode
    from source

)

select * from renamed
