with

source as (

    select * from {{ landed('templates', 'deal_registrations') }}

),

renamed as (

    select
        -- ids
        registration_id,
        partner_id,
        partner_account_id,
        account_id,
        opportunity_id,

        -- strings
        partner_name,
        account_name,
        status,
        currency,

        -- numerics
        cast(estimated_amount as {{ type_money() }}) as estimated_amount,

        -- dates
        cast(expires_at as date) as expires_on,

        -- timestamps
        cast(submitted_at as timestamp) as submitted_at,
        cast(approved_at as timestamp) as approved_at,
        cast(recorded_at as timestamp) as recorded_at,

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
