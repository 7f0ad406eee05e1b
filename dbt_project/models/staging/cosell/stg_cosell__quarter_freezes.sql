with

source as (

    select * from {{ landed('cosell', 'quarter_freezes') }}

),

renamed as (

    select
        -- ids
        release_id,

        -- strings
        fiscal_quarter,
        signed_by,
        postings_sha256,

        -- numerics
        cast(ledger_step as bigint) as ledger_step,
        cast(postings_count as bigint) as postings_count,

        -- dates
        cast(signed_on as date) as signed_on,

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
