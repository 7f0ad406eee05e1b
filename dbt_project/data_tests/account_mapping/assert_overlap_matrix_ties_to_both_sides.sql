-- Row totals are our accounts by state, column totals the rows of the partner's lists as they were
-- landed by the state they say, and in every cell the bridge leads from one count to the other.
-- The lists are counted here from the rows that came, without matches and without segments.
with

matrix as (

    select * from {{ ref('rpt_overlap_matrix') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

partner_rows as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

lists as (

    select * from {{ ref('int_partner_lists_ordered') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

our_rows_expected as (

    select
        coverage.partner_id,
        our_states.our_state as state,
        cast(count(*) as bigint) as expected_count
    from our_states
    cross join coverage
    group by coverage.partner_id, our_states.our_state

),

our_rows_found as (

    select
        partner_id,
        our_state as state,
        cast(sum(our_accounts_count) as bigint) as found_count
    from matrix
    group by partner_id, our_state

),

-- Of each list in force the last word on a record; a full list replaces what came before it.
words as (

    select
        partner_rows.partner_id,
        partner_rows.partner_account_id,
        partner_rows.overlap_key,
        lists.feed,
        lists.list_number,
        min(case when not partner_rows.is_deleted then states.precedence end) as precedence
    from partner_rows
    inner join lists
        on partner_rows.batch_id = lists.batch_id
        and lists.is_current
    inner join states
        on partner_rows.partner_state = states.state
    group by
        partner_rows.partner_id, partner_rows.partner_account_id, partner_rows.overlap_key,
        lists.feed, lists.list_number

),

last_words as (

    select
        words.*,
        row_number() over (
            partition by partner_id, partner_account_id, overlap_key, feed
            order by list_number desc nulls last
        ) as word_rank
    from words

),

records_listed as (

    select
        partner_id,
        partner_account_id,
        min(precedence) as precedence
    from last_words
    where word_rank = 1
        and precedence is not null
    group by partner_id, partner_account_id

),

partner_rows_expected as (

    select
        records_listed.partner_id,
        states.state,
        cast(count(*) as bigint) as expected_count
    from records_listed
    inner join coverage
        on records_listed.partner_id = coverage.partner_id
    inner join states
        on records_listed.precedence = states.precedence
    group by records_listed.partner_id, states.state

),

partner_rows_found as (

    select
        partner_id,
        partner_state as state,
        cast(sum(partner_records_count) as bigint) as found_count
    from matrix
    group by partner_id, partner_state
    having sum(partner_records_count) > 0

)

select
    'our accounts' as side,
    coalesce(our_rows_expected.partner_id, our_rows_found.partner_id) as partner_id,
    coalesce(our_rows_expected.state, our_rows_found.state) as state,
    our_rows_expected.expected_count,
    our_rows_found.found_count
from our_rows_expected
full outer join our_rows_found
    on our_rows_expected.partner_id = our_rows_found.partner_id
    and our_rows_expected.state = our_rows_found.state
where coalesce(our_rows_expected.expected_count, 0) <> coalesce(our_rows_found.found_count, 0)

union all

select
    'their records' as side,
    coalesce(partner_rows_expected.partner_id, partner_rows_found.partner_id) as partner_id,
    coalesce(partner_rows_expected.state, partner_rows_found.state) as state,
    partner_rows_expected.expected_count,
    partner_rows_found.found_count
from partner_rows_expected
full outer join partner_rows_found
    on partner_rows_expected.partner_id = partner_rows_found.partner_id
    and partner_rows_expected.state = partner_rows_found.state
where partner_rows_expected.expected_count is distinct from partner_rows_found.found_count

union all

select
    'bridge' as side,
    partner_id,
    matrix_cell_id as state,
    partner_records_count as expected_count,
    overlapping_accounts_count - sharing_accounts_count + additional_records_count
    + unmatched_records_count as found_count
from matrix
where partner_records_count
    <> overlapping_accounts_count - sharing_accounts_count + additional_records_count
    + unmatched_records_count
