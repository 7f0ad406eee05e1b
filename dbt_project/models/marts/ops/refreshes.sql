with

refreshes as (

    select * from {{ ref('stg_cosell__refreshes') }}

),

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

refresh_steps as (

    select * from {{ ref('refresh_steps') }}

),

batch_counts as (

    select
        refresh_number,
        count(*) as new_batches_count,
        sum(good_count) as new_rows_count,
        sum(quarantined_count) as quarantined_rows_count
    from landed_batches
    group by refresh_number

),

-- What a station took holds what its models took; gates stand between the stations.
durations as (

    select
        refresh_number,
        cast(sum(seconds) as decimal(18, 3)) as seconds
    from refresh_steps
    where step_kind in ('station', 'gate')
    group by refresh_number

),

refreshes_counted as (

    select
        refreshes.refresh_number,
        refreshes.refresh_id,
        refreshes.as_of,
        cast(coalesce(batch_counts.new_batches_count, 0) as bigint) as new_batches_count,
        cast(coalesce(batch_counts.new_rows_count, 0) as bigint) as new_rows_count,
        cast(coalesce(batch_counts.quarantined_rows_count, 0) as bigint) as quarantined_rows_count,
        durations.seconds
    from refreshes
    left join batch_counts
        on refreshes.refresh_number = batch_counts.refresh_number
    left join durations
        on refreshes.refresh_number = durations.refresh_number

)

select * from refreshes_counted
