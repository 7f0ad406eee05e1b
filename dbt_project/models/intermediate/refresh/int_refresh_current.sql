with

refreshes as (

    select * from {{ ref('stg_cosell__refreshes') }}

),

newest_first as (

    select
        refresh_number,
        refresh_id,
        as_of,
        row_number() over (
            order by refresh_number desc nulls last, refresh_id desc nulls last
        ) as refresh_rank
    from refreshes

),

current_refresh as (

    select
        refresh_number,
        refresh_id,
        as_of
    from newest_first
    where refresh_rank = 1

)

select * from current_refresh
