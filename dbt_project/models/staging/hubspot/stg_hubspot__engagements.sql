with

source as (

    select * from {{ landed('hubspot', 'engagements') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('id') }} as activity_id,
        {{ hubspot_id('hubspot_owner_id') }} as owner_user_id,
        {{ hubspot_id('partner_company_id') }} as partner_crm_account_id,

        -- strings
        lower(type) as activity_kind,
        activity_type,
        subject,
        status,
        outcome,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(archived as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(coalesce(start_time, hs_timestamp) as timestamp) as occurred_at,
        cast(start_time as timestamp) as starts_at,
        cast(end_time as timestamp) as ends_at,
        cast(hs_createdate as timestamp) as created_at,
        cast(coalesce(hs_lastmodifieddate, fivetran_synced) as timestamp) as modified_at,

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
