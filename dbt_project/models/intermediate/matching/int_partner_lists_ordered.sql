with

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

-- A list may be delivered in several files (the pages of a dump): files of one feed that became
-- known together and speak of one day are one list.
files_of_lists as (

    select
        batch_id,
        source,
        feed,
        partner_id,
        mode,
        coverage,
        as_of,
        known_on,
        known_step,
        row_number() over (
            partition by feed, mode, as_of, known_step
            order by batch_id nulls last
        ) as file_number
    from landed_batches
    where (source = 'bilateral' and table_name = 'partner_accounts')
        or (source = 'crossbeam' and table_name = 'account_overlaps')
        or (source in ('reveal', 'partnertap') and table_name = 'accounts')

),

-- A list that speaks of an earlier day never replaces one that speaks of a later day, even when
-- it is delivered afterwards.
lists as (

    select
        batch_id,
        source,
        feed,
        partner_id,
        mode,
        coverage,
        as_of,
        known_on,
        row_number() over (
            partition by feed
            order by as_of nulls last, known_step nulls last, batch_id nulls last
        ) as list_number,
        cast(sum(case when mode = 'full' and file_number = 1 then 1 else 0 end) over (
            partition by feed
            order by as_of nulls last, known_step nulls last
            range between unbounded preceding and current row
        ) as bigint) as full_lists_count,
        cast(sum(case when mode = 'full' and file_number = 1 then 1 else 0 end) over (
            partition by feed
        ) as bigint) as all_full_lists_count
    from files_of_lists

),

-- What the newest full list misses is gone (rules section 2); deltas after it add and change.
ordered as (

    select
        batch_id,
        source,
        feed,
        partner_id,
        mode,
        coverage,
        as_of,
        known_on,
        list_number,
        full_lists_count,
        full_lists_count = all_full_lists_count as is_current
    from lists

)

select * from ordered
