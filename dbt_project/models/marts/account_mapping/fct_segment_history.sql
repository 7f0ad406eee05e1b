with

our_states as (

    select * from {{ ref('int_our_account_states_dated') }}

),

partner_states as (

    select * from {{ ref('fct_partner_state_history') }}

),

observed_states as (

    select * from {{ ref('int_partner_account_states_observed') }}

),

matches as (

    select * from {{ ref('int_matches_settled') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

segment_cells as (

    select * from {{ ref('segment_cells') }}

),

matched_accounts as (

    select distinct
        account_id,
        partner_id
    from partner_states

),

matched_records as (

    select distinct
        partner_id,
        partner_account_id
    from matches
    where settled_decision in ('automatic', 'accepted')

),

-- What counts as a prospect is one thing where the partner never had the account: its deals and
-- types would make a row each, with every partner, and none would change the cell.
our_sides as (

    select
        account_id,
        valid_from_on,
        valid_until_on,
        case
            when our_state in ('former_customer', 'open_opportunity') then 'prospect'
            else our_state
        end as our_side
    from our_states

),

our_sides_compared as (

    select
        our_sides.*,
        lag(our_side) over (
            partition by account_id
            order by valid_from_on nulls last
        ) as side_before
    from our_sides

),

our_sides_dated as (

    select
        account_id,
        valid_from_on,
        lead(valid_from_on) over (
            partition by account_id
            order by valid_from_on nulls last
        ) as valid_until_on,
        our_side
    from our_sides_compared
    where side_before is distinct from our_side

),

-- From the first whole list on, absence is a statement; before it and without one nothing is known.
absences as (

    select
        partner_id,
        first_full_list_on,
        absence_state
    from coverage
    where absence_state = 'absent'

),

-- Both sides of an account, each as it stood: a row lasts until either of them changes.
overlapping_days as (

    select
        our_states.account_id || '|' || partner_states.partner_id as segment_id,
        our_states.account_id,
        partner_states.partner_id,
        cast(null as {{ type_string() }}) as partner_account_id,
        greatest(our_states.valid_from_on, partner_states.valid_from_on) as valid_from_on,
        our_states.valid_until_on as our_state_until_on,
        partner_states.valid_until_on as partner_state_until_on,
        our_states.our_state,
        partner_states.partner_state
    from our_states
    inner join partner_states
        on our_states.account_id = partner_states.account_id
        and (
            partner_states.valid_until_on is null
            or our_states.valid_from_on < partner_states.valid_until_on
        )
        and (
            our_states.valid_until_on is null
            or our_states.valid_until_on > partner_states.valid_from_on
        )
    inner join coverage
        on partner_states.partner_id = coverage.partner_id

),

unlisted_days as (

    select
        our_sides_dated.account_id || '|' || absences.partner_id as segment_id,
        our_sides_dated.account_id,
        absences.partner_id,
        cast(null as {{ type_string() }}) as partner_account_id,
        greatest(our_sides_dated.valid_from_on, absences.first_full_list_on) as valid_from_on,
        our_sides_dated.valid_until_on,
        our_sides_dated.our_side as our_state,
        absences.absence_state as partner_state
    from our_sides_dated
    inner join absences
        on our_sides_dated.valid_until_on is null
        or our_sides_dated.valid_until_on > absences.first_full_list_on
    where not exists (
            select matched_accounts.account_id from matched_accounts
            where matched_accounts.account_id = our_sides_dated.account_id
                and matched_accounts.partner_id = absences.partner_id
        )

),

-- Accounts that only the partner lists: a run each, and the time before the first is unknown.
partner_runs as (

    select
        observed_states.partner_id,
        observed_states.partner_account_id,
        observed_states.first_observed_on as valid_from_on,
        observed_states.ended_on,
        coverage.our_absence_state as our_state,
        observed_states.partner_state,
        row_number() over (
            partition by
                observed_states.partner_id,
                observed_states.partner_account_id,
                observed_states.first_observed_on
            order by
                states.precedence nulls last,
                observed_states.feed nulls last,
                observed_states.overlap_key nulls last,
                observed_states.run_number nulls last
        ) as day_rank
    from observed_states
    inner join coverage
        on observed_states.partner_id = coverage.partner_id
    inner join {{ ref('segment_states') }} as states
        on observed_states.partner_state = states.state
    where not exists (
            select matched_records.partner_id from matched_records
            where matched_records.partner_id = observed_states.partner_id
                and matched_records.partner_account_id = observed_states.partner_account_id
        )

),

partner_days as (

    select
        partner_id,
        partner_account_id,
        valid_from_on,
        least(
            ended_on,
            lead(valid_from_on) over (
                partition by partner_id, partner_account_id
                order by valid_from_on nulls last
            )
        ) as valid_until_on,
        our_state,
        partner_state
    from partner_runs
    where day_rank = 1

    union all

    select
        partner_id,
        partner_account_id,
        cast('0001-01-01' as date) as valid_from_on,
        min(valid_from_on) as valid_until_on,
        our_state,
        'unknown' as partner_state
    from partner_runs
    group by partner_id, partner_account_id, our_state

),

all_days as (

    select
        segment_id,
        account_id,
        partner_id,
        partner_account_id,
        valid_from_on,
        -- The earlier of two; least() passes over NULL.
        least(our_state_until_on, partner_state_until_on) as valid_until_on,
        our_state,
        partner_state
    from overlapping_days

    union all

    select
        segment_id,
        account_id,
        partner_id,
        partner_account_id,
        valid_from_on,
        valid_until_on,
        our_state,
        partner_state
    from unlisted_days

    union all

    select
        '|' || partner_id || '|' || partner_account_id as segment_id,
        cast(null as {{ type_string() }}) as account_id,
        partner_id,
        partner_account_id,
        valid_from_on,
        valid_until_on,
        our_state,
        partner_state
    from partner_days

),

-- A day on which neither side had the account, or nothing was ever known, has no row.
history as (

    select
        all_days.segment_id,
        all_days.account_id,
        all_days.partner_id,
        all_days.partner_account_id,
        all_days.valid_from_on,
        all_days.valid_until_on,
        all_days.our_state,
        all_days.partner_state,
        segment_cells.cell,
        segment_cells.roll_up,
        segment_cells.roll_up_side
    from all_days
    inner join segment_cells
        on all_days.our_state = segment_cells.our_state
        and all_days.partner_state = segment_cells.partner_state

)

select * from history
