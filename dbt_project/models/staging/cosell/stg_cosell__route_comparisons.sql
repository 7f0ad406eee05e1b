with

source as (

    select * from {{ landed('cosell', 'route_comparisons') }}

),

renamed as (

    select
        -- ids
        comparison_id,
        rep_id,
        account_id,
        partner_id,

        -- strings
        cell,
        roll_up,

        -- numerics
        cast(score as {{ type_score() }}) as score,

        -- dates
        cast(week_starts_on as date) as week_starts_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on
    from source

)

select * from renamed
