with

source as (

    select * from {{ landed('hubspot', 'contacts') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('id') }} as contact_id,
        {{ hubspot_id('associatedcompanyid') }} as account_id,

        -- strings
        nullif(trim(coalesce(firstname, '') || ' ' || coalesce(lastname, '')), '') as contact_name,
        email,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(archived as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(createdate as timestamp) as created_at,
        cast(coalesce(lastmodifieddate, fivetran_synced) as timestamp) as modified_at,

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
