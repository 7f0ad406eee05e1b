with

source as (

    select * from {{ landed('salesforce', 'opportunity_splits') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as opportunity_split_id,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('split_owner_id') }} as split_owner_user_id,
        {{ salesforce_id('split_type_id') }} as split_type_id,

        -- strings
        split_note,
        currency_iso_code as currency,

        -- numerics
        cast(split_percentage as decimal(18, 6)) as split_percentage,
        cast(split_amount as {{ type_money() }}) as split_amount,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

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
