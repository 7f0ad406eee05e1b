with

source as (

    select * from {{ landed('salesforce', 'opportunity_field_history') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as history_id,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('created_by_id') }} as changed_by_user_id,

        -- strings
        field as field_name,
        old_value,
        new_value,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(created_date as timestamp) as changed_at,

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
