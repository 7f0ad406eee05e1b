with

source as (

    select * from {{ landed('salesforce', 'users') }}

),

renamed as (

    select
        -- ids
        id as user_id,
        manager_id as manager_user_id,
        user_role_id,
        profile_id,

        -- strings
        name as user_name,
        email,
        user_type,
        title,
        country,
        default_currency_iso_code as currency,

        -- booleans
        cast(is_active as boolean) as is_active,

        -- timestamps
        cast(created_date as timestamp) as created_at,
        cast(system_modstamp as timestamp) as modified_at,

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
