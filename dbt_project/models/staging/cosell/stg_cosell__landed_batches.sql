{{ config(materialized='table') }}

with

source as (

    select landed_batches.*
    from {{ source('cosell', 'landed_batches') }} as landed_batches
    cross join {{ ref('int_refresh_current') }} as refresh_current
    where cast(landed_batches.known_on as date) <= refresh_current.as_of

),

renamed as (

    select
        -- ids
        batch_id,
        partner_id,

        -- strings
        feed,
        source,
        table_name,
        file as source_file,
        sha256 as source_sha256,
        mode,
        coverage,

        -- numerics
        cast(refresh_number as bigint) as refresh_number,
        cast(rows_count as bigint) as rows_count,
        cast(good_count as bigint) as good_count,
        cast(quarantined_count as bigint) as quarantined_count,
        cast(known_step as bigint) as known_step,

        -- dates
        cast(as_of as date) as as_of,
        cast(known_on as date) as known_on,

        -- timestamps
        cast(landed_at as timestamp) as landed_at,

        -- lineage
        cast(_row_number as bigint) as source_row_number
    from source

)

select * from renamed
