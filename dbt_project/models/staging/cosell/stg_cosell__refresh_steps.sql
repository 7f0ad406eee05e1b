with

source as (

    select * from {{ source('cosell', 'refresh_steps') }}

),

renamed as (

    select
        -- ids
        refresh_id || ' ' || station || ' ' || step_kind || ' ' || step_name as refresh_step_id,
        refresh_id,

        -- strings
        station,
        step_kind,
        step_name,

        -- numerics
        cast(refresh_number as bigint) as refresh_number,
        cast(rows_count as bigint) as rows_count,
        cast(seconds as decimal(18, 3)) as seconds,

        -- lineage
        cast(_row_number as bigint) as source_row_number
    from source

)

select * from renamed
