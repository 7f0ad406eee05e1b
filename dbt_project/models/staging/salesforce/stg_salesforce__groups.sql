with

source as (

    select * from {{ landed('salesforce', 'groups') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as group_id,

        -- strings
        name as group_name,
        type as group_type,
        email,

        -- booleans
        coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
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
