with

source as (

    select * from {{ landed('templates', 'partner_plans') }}

),

renamed as (

    select
        -- ids
        plan_id,
        partner_id,

        -- strings
        our_owner_email,
        partner_owner_name,
        status,

        -- dates
        cast(starts_on as date) as starts_on,
        cast(ends_on as date) as ends_on,
        cast(agreed_by_us_on as date) as agreed_by_us_on,
        cast(agreed_by_partner_on as date) as agreed_by_partner_on,

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
