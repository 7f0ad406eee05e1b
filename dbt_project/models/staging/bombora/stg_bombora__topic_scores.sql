with

source as (

    select * from {{ landed('bombora', 'topic_scores') }}

),

renamed as (

    select
        -- strings
        company_name,
        domain,
        topic,
        coalesce(metros, metro_area) as metros,
        domain_origin_country as country,

        -- numerics
        cast(composite_score as {{ type_money() }}) as score,

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
