with

source as (

    select * from {{ landed('bombora', 'company_scores') }}

),

renamed as (

    select
        -- strings
        company_name,
        domain,
        country,

        -- numerics
        cast(average_score as {{ type_money() }}) as score,
        cast(topics_count as bigint) as topics_count,
        cast(topics_count_change as bigint) as topics_count_change,

        -- dates
        cast(signal_week_start as date) as signal_week_starts_on,

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
