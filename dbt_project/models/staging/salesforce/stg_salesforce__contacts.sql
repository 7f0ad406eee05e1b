with

source as (

    select * from {{ landed('salesforce', 'contacts') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as contact_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('master_record_id') }} as merged_into_contact_id,

        -- strings
        coalesce(
            name, nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
        ) as contact_name,
        email,

        -- booleans
        -- A connector's history mode ends the last version of what is gone. It ends the others too, but
        -- of one landing only the newest version is read.
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false)
        or not coalesce(cast(fivetran_active as boolean), true) as is_deleted,

        -- timestamps
        cast(created_date as timestamp) as created_at,
        cast(
            coalesce(fivetran_start, system_modstamp, fivetran_synced) as timestamp
        ) as modified_at,
        cast(fivetran_start as timestamp) as version_started_at,

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
