with

source as (

    select * from {{ landed('hubspot', 'merged_deals') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('deal_id') }} as surviving_opportunity_id,
        {{ hubspot_id('merged_deal_id') }} as opportunity_id,

        -- booleans
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

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
