with

source as (

    select * from {{ landed('hubspot', 'company_property_history') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('company_id') }} as account_id,

        -- strings
        name as property_name,
        value as new_value,
        source as change_source,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(timestamp as timestamp) as changed_at,

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
