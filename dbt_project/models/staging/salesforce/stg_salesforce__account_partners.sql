with

source as (

    select * from {{ landed('salesforce', 'account_partners') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as account_partner_id,
        {{ salesforce_id('account_from_id') }} as account_from_id,
        {{ salesforce_id('account_to_id') }} as account_to_id,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('reverse_partner_id') }} as mirrored_account_partner_id,

        -- strings
        role,

        -- booleans
        coalesce(cast(is_primary as boolean), false) as is_primary,
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
