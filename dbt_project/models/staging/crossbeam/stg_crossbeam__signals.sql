with

source as (

    select * from {{ landed('crossbeam', 'signals') }}

),

renamed as (

    select
        -- ids
        event_id,
        signal_id,
        feed_partner_id,
        partner_platform_id,
        our_record_id,

        -- strings
        partner_name,
        event_type,
        our_record_type,
        deal_name,

        -- timestamps
        cast(triggered_at as timestamp) as triggered_at,

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
