with

source as (

    select * from {{ landed('templates', 'expectations') }}

),

renamed as (

    select
        -- ids
        rep_id,

        -- strings
        rep_email,
        fiscal_quarter,
        metric,
        currency,
        source,

        -- numerics
        cast(target as {{ type_money() }}) as target,

        -- dates
        cast(quarter_start_on as date) as quarter_starts_on,
        cast(quarter_end_on as date) as quarter_ends_on,
        cast(effective_from as date) as effective_from_on,
        cast(acknowledged_on as date) as acknowledged_on,

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
