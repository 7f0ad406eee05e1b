with

source as (

    select * from {{ landed('reveal', 'accounts') }}

),

renamed as (

    select
        -- ids
        feed_partner_id,
        partner_account_id,
        crm_account_id,

        -- strings
        partner_name,
        account_name,
        website,
        status,
        country,
        industry,
        duns,
        phone,
        owner_name,
        owner_email,

        -- numerics
        cast(employees as bigint) as employees_count,

        -- booleans
        cast(has_open_deal as boolean) as has_open_deal,

        -- dates
        cast(customer_since as date) as customer_since_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed,
        _mode as mode,
        _coverage as coverage
    from source

)

select * from renamed
