with

source as (

    select * from {{ landed('templates', 'rep_calendar') }}

),

renamed as (

    select
        -- ids
        rep_id,

        -- strings
        rep_email,
        kind,
        country,
        note,

        -- numerics
        cast(factor as {{ type_share() }}) as factor,

        -- dates
        cast(starts_on as date) as starts_on,
        cast(ends_on as date) as ends_on,

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
