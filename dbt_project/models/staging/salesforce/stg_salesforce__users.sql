with

source as (

    select * from {{ landed('salesforce', 'users') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as user_id,
        {{ salesforce_id('manager_id') }} as manager_user_id,
        {{ salesforce_id('user_role_id') }} as user_role_id,
        {{ salesforce_id('profile_id') }} as profile_id,

        -- strings
        coalesce(
            name, nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
        ) as user_name,
        email,
        user_type,
        title,
        country,
        default_currency_iso_code as currency,

        -- booleans
        cast(is_active as boolean) as is_active,
        -- A connector's history mode ends the last version of what is gone. It ends the others too, but
        -- of one landing only the newest version is read.
        coalesce(cast(fivetran_deleted as boolean), false)
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
