with

source as (

    select * from {{ landed('templates', 'partner_touches') }}

),

renamed as (

    select
        -- ids
        touch_id,
        partner_id,
        account_id,
        opportunity_id,
        source_record_id,

        -- strings
        partner_name,
        contact_email,
        touch_type,
        our_rep_email,
        partner_seller_email,
        source_system,

        -- timestamps
        cast(occurred_at as timestamp) as occurred_at,
        cast(recorded_at as timestamp) as recorded_at,

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
