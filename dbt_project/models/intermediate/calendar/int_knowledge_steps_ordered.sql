with

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

-- The ledger opens with the first opportunities: before them there was nothing to keep open.
opening as (

    select
        min(known_step) as opening_step
    from landed_batches
    where (source = 'salesforce' and table_name = 'opportunities')
        or (source = 'hubspot' and table_name = 'deals')

),

steps as (

    select
        landed_batches.known_step,
        min(landed_batches.known_on) as known_on,
        min(landed_batches.refresh_number) as refresh_number,
        landed_batches.known_step <= coalesce(opening.opening_step, landed_batches.known_step)
            as is_until_opening
    from landed_batches
    cross join opening
    group by landed_batches.known_step, opening.opening_step

)

select * from steps
