with

source as (

    select * from {{ landed('hubspot', 'deal_pipeline_stages') }}

),

renamed as (

    select
        -- ids
        id as stage_id,
        pipeline_id,

        -- strings
        label as stage_name,

        -- numerics
        cast(display_order as bigint) as display_order,
        cast(probability as decimal(18, 6)) as probability_share,

        -- booleans
        cast(is_closed as boolean) as is_closed,
        cast(closed_won as boolean) as is_won,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(archived as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(coalesce(updated_at, fivetran_synced) as timestamp) as modified_at,

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
