with

source as (

    select * from {{ landed('partnertap', 'attribution_events') }}

),

renamed as (

    select
        -- ids
        feed_partner_id,
        partner_platform_id,
        crm_account_id,
        custom_event_opportunity_id as crm_opportunity_id,

        -- strings
        partner_org_name as partner_name,
        event_type_display_name as event_type,
        event_subtype_display_name as event_subtype,
        event_name,
        event_source,
        event_user_email,

        -- timestamps
        cast(event_date as timestamp) as occurred_at,

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
