with

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

batches as (

    select
        batch_id,
        feed,
        source,
        table_name,
        source_file,
        source_sha256,
        mode,
        coverage,
        partner_id,
        rows_count,
        good_count,
        quarantined_count,
        as_of,
        known_on,
        known_step,
        refresh_number
    from landed_batches

)

select * from batches
