with

matches as (

    select * from {{ ref('int_matches_settled') }}

),

observed_states as (

    select * from {{ ref('int_partner_account_states_observed') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

-- Records that have gone from the lists keep their match, so the past keeps its answer.
runs as (

    select
        matches.crm_account_id as account_id,
        matches.partner_id,
        observed_states.first_observed_on,
        observed_states.ended_on,
        -- Without a NULL the join below compares and nothing else, which DuckDB answers by hash.
        coalesce(observed_states.ended_on, cast('9999-12-31' as date)) as lasts_until_on,
        states.precedence as state_precedence
    from matches
    inner join observed_states
        on matches.partner_id = observed_states.partner_id
        and matches.partner_account_id = observed_states.partner_account_id
    inner join states
        on observed_states.partner_state = states.state
    where matches.settled_decision in ('automatic', 'accepted')

),

pairs as (

    select distinct
        account_id,
        partner_id
    from runs

),

-- Before the first list nobody knows; from the first whole list on, absence is a statement.
absences as (

    select
        pairs.account_id,
        pairs.partner_id,
        cast('0001-01-01' as date) as valid_from_on,
        'unknown' as absence_state
    from pairs

    union all

    select
        pairs.account_id,
        pairs.partner_id,
        coverage.first_full_list_on as valid_from_on,
        coverage.absence_state
    from pairs
    inner join coverage
        on pairs.partner_id = coverage.partner_id
    where coverage.absence_state = 'absent'

),

days_of_change as (

    select account_id, partner_id, valid_from_on from absences
    union
    select account_id, partner_id, first_observed_on as valid_from_on from runs
    union
    select account_id, partner_id, ended_on as valid_from_on from runs
    where ended_on is not null

),

-- Case 3: of several records of one account the strongest state of the day counts.
states_of_days as (

    select
        days_of_change.account_id,
        days_of_change.partner_id,
        days_of_change.valid_from_on,
        min(runs.state_precedence) as state_precedence
    from days_of_change
    left join runs
        on days_of_change.account_id = runs.account_id
        and days_of_change.partner_id = runs.partner_id
        and days_of_change.valid_from_on >= runs.first_observed_on
        and days_of_change.valid_from_on < runs.lasts_until_on
    group by
        days_of_change.account_id, days_of_change.partner_id, days_of_change.valid_from_on

),

absences_of_days as (

    select
        states_of_days.account_id,
        states_of_days.partner_id,
        states_of_days.valid_from_on,
        min(absences.absence_state) as absence_state
    from states_of_days
    inner join absences
        on states_of_days.account_id = absences.account_id
        and states_of_days.partner_id = absences.partner_id
        and states_of_days.valid_from_on >= absences.valid_from_on
    group by
        states_of_days.account_id, states_of_days.partner_id, states_of_days.valid_from_on

),

named as (

    select
        states_of_days.account_id,
        states_of_days.partner_id,
        states_of_days.valid_from_on,
        coalesce(states.state, absences_of_days.absence_state) as partner_state
    from states_of_days
    inner join absences_of_days
        on states_of_days.account_id = absences_of_days.account_id
        and states_of_days.partner_id = absences_of_days.partner_id
        and states_of_days.valid_from_on = absences_of_days.valid_from_on
    left join states
        on states_of_days.state_precedence = states.precedence

),

compared as (

    select
        named.*,
        lag(partner_state) over (
            partition by account_id, partner_id
            order by valid_from_on nulls last
        ) as state_before
    from named

),

history as (

    select
        account_id || '|' || partner_id || '|' || {{ text_from_day('valid_from_on') }}
            as partner_state_id,
        account_id,
        partner_id,
        valid_from_on,
        lead(valid_from_on) over (
            partition by account_id, partner_id
            order by valid_from_on nulls last
        ) as valid_until_on,
        partner_state
    from compared
    where state_before is distinct from partner_state

)

select * from history
