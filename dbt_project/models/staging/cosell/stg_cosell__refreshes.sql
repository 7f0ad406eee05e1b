with

source as (

    select * from {{ source('cosell', 'refreshes') }}

),

renamed as (

    select
        -- ids
        refresh_id,

        -- numerics
        cast(refresh_number as bigint) as refresh_number,

        -- dates
        cast(as_of as date) as as_of,

        -- timestamps
        cast(started_at as timestamp) as started_at,

        -- lineage
        cast(_row_number as bigint) as source_row_number
    from source

)

select * from renamed
