with

source as (

    select * from {{ landed('templates', 'partner_plan_reviews') }}

),

renamed as (

    select
        -- ids
        plan_id,

        -- strings
        attendees,
        adjustment,
        reason,

        -- dates
        cast(reviewed_on as date) as reviewed_on,

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
