with

-- What is gone is gone for every day: a refresh of the past reads this table whole, as it finds the
-- batches without what they lost.
source as (

    select * from {{ source('cosell', 'partner_offboardings') }}

),

renamed as (

    select
        -- ids
        partner_id,
        platform_id,
        receipt_id,

        -- strings
        partner_name,
        offboarded_by,
        reason,
        receipt_sha256,

        -- booleans
        cast(is_platform_name as boolean) as is_platform_name,

        -- dates
        cast(offboarded_on as date) as offboarded_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number
    from source

)

select * from renamed
