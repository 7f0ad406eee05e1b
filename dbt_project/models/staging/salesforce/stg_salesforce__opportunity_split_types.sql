with

source as (

    select * from {{ landed('salesforce', 'opportunity_split_types') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as split_type_id,

        -- strings
        coalesce(developer_name, master_label) as split_type_name,

        -- booleans
        coalesce(cast(is_active as boolean), true) as is_active,
        coalesce(cast(is_total_validated as boolean), false) as is_total_validated,
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
