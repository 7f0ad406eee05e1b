-- Every row of today's segments is the open end of its history, with the same cell and states, and
-- no day of an account has two answers. Without a row nothing was ever known; where the partner
-- never had the account, all that counts as a prospect is one state.
with

segments as (

    select * from {{ ref('fct_account_segments') }}

),

history as (

    select * from {{ ref('fct_segment_history') }}

),

as_of_today as (

    select * from history
    where valid_until_on is null

),

compared as (

    select
        segments.segment_id,
        segments.cell,
        as_of_today.cell as history_cell
    from segments
    left join as_of_today
        on segments.segment_id = as_of_today.segment_id
    where (segments.cell <> 'unknown_coverage' or as_of_today.segment_id is not null)
        and (
            segments.cell is distinct from as_of_today.cell
            or segments.partner_state is distinct from as_of_today.partner_state
            or (
                segments.partner_account_id is not null
                and segments.our_state is distinct from as_of_today.our_state
            )
        )

),

followed as (

    select
        segment_id,
        cell,
        valid_from_on,
        valid_until_on,
        lead(valid_from_on) over (
            partition by segment_id
            order by valid_from_on nulls last
        ) as next_from_on
    from history

)

select
    segment_id,
    cell,
    history_cell as found
from compared

union all

select
    segment_id,
    cell,
    'two answers for one day' as found
from followed
where valid_until_on <= valid_from_on
    or next_from_on < coalesce(valid_until_on, cast('9999-12-31' as date))
