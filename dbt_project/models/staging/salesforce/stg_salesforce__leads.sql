with

source as (

    select * from {{ landed('salesforce', 'leads') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as lead_id,
        {{ salesforce_id('owner_id') }} as owner_user_id,
        {{ salesforce_id('converted_account_id') }} as converted_account_id,
        {{ salesforce_id('converted_contact_id') }} as converted_contact_id,
        {{ salesforce_id('converted_opportunity_id') }} as converted_opportunity_id,
        {{ salesforce_id('partner_account_id') }} as partner_crm_account_id,

        -- strings
        company as company_name,
        email,
        website,
        lead_source,
        status,

        -- booleans
        coalesce(cast(is_converted as boolean), false) as is_converted,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- dates
        cast(converted_date as date) as converted_on,

        -- timestamps
        cast(created_date as timestamp) as created_at,
        cast(coalesce(system_modstamp, fivetran_synced) as timestamp) as modified_at,

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
