with

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

steps as (

    select
        known_step,
        min(known_on) as known_on,
        min(refresh_number) as refresh_number
    from landed_batches
    group by known_step

)

select * from steps
