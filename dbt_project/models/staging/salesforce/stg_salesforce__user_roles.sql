with

source as (

    select * from {{ landed('salesforce', 'user_roles') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as user_role_id,
        {{ salesforce_id('parent_role_id') }} as parent_user_role_id,

        -- strings
        name as role_name,
        developer_name,
        rollup_description,

        -- booleans
        coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

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
