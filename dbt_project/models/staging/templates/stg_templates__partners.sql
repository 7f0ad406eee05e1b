with

source as (

    select * from {{ landed('templates', 'partners') }}

),

renamed as (

    select
        -- ids
        partner_id,
        crm_account_id,
        successor_partner_id,

        -- strings
        partner_name,
        coverage,
        mode,
        cadence,
        partner_manager_email,

        -- dates
        cast(valid_from as date) as valid_from_on,
        cast(valid_to as date) as valid_to_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed
    from source

)

select * from renamed
