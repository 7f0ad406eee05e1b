with

source as (

    select * from {{ landed('settings', 'feeds') }}

),

renamed as (

    select
        -- ids
        partner_id,

        -- strings
        feed,
        source,
        table_name,
        partner_name,
        coverage,
        mode,
        sharing,

        -- numerics
        cast(cadence_days as bigint) as cadence_days,

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
