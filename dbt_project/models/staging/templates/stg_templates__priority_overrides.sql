with

source as (

    select * from {{ landed('templates', 'priority_overrides') }}

),

renamed as (

    select
        -- ids
        account_id,

        -- strings
        author,
        reason,
        strategic_importance,

        -- dates
        cast(expires_on as date) as expires_on,

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
