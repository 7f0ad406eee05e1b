with

source as (

    select * from {{ landed('salesforce', 'forecasting_quotas') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as quota_id,
        {{ salesforce_id('quota_owner_id') }} as owner_user_id,
        {{ salesforce_id('period_id') }} as period_id,
        {{ salesforce_id('forecasting_type_id') }} as forecasting_type_id,

        -- strings
        product_family,
        currency_iso_code as currency,

        -- numerics
        cast(quota_amount as {{ type_money() }}) as quota_amount,
        cast(quota_quantity as decimal(18, 6)) as quota_quantity,

        -- booleans
        cast(is_amount as boolean) as is_amount,
        cast(is_quantity as boolean) as is_quantity,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- dates
        cast(start_date as date) as starts_on,

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
