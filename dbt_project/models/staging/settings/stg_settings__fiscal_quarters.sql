with

source as (

    select * from {{ landed('settings', 'fiscal_quarters') }}

),

renamed as (

    select
        -- strings
        fiscal_quarter,

        -- numerics
        cast(fiscal_year as bigint) as fiscal_year,
        cast(quarter_number as bigint) as quarter_number,

        -- dates
        cast(starts_on as date) as starts_on,
        cast(ends_on as date) as ends_on,

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
