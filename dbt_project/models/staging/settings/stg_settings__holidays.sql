with

source as (

    select * from {{ landed('settings', 'holidays') }}

),

renamed as (

    select
        -- strings
        country,
        holiday_name,

        -- dates
        cast(holiday_on as date) as holiday_on,

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
