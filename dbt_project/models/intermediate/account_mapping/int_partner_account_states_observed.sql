with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

lists as (

    select * from {{ ref('int_partner_lists_ordered') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

-- Case 3: one list may name an account in several populations; the strongest state counts. A list
-- that only says that the overlap is gone has no state, and ends the run before it.
observations as (

    select
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.overlap_key,
        lists.feed,
        lists.mode,
        lists.as_of,
        lists.list_number,
        lists.full_lists_count,
        lists.is_current,
        min(case when not partner_accounts.is_deleted then states.precedence end)
            as state_precedence
    from partner_accounts
    inner join lists
        on partner_accounts.batch_id = lists.batch_id
    inner join states
        on partner_accounts.partner_state = states.state
    group by
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.overlap_key,
        lists.feed,
        lists.mode,
        lists.as_of,
        lists.list_number,
        lists.full_lists_count,
        lists.is_current

),

-- A full list between two observations that does not name the account ends its state.
compared as (

    select
        observations.*,
        case
            when lag(state_precedence) over account_lists is null then 1
            when state_precedence is null then 1
            when lag(state_precedence) over account_lists <> state_precedence then 1
            when mode = 'full'
                and full_lists_count - lag(full_lists_count) over account_lists > 1
            then 1
            when mode <> 'full'
                and full_lists_count - lag(full_lists_count) over account_lists > 0
            then 1
            else 0
        end as starts_run
    from observations
    window account_lists as (
        partition by partner_id, partner_account_id, overlap_key, feed
        order by list_number nulls last
    )

),

runs_numbered as (

    select
        compared.*,
        sum(starts_run) over (
            partition by partner_id, partner_account_id, overlap_key, feed
            order by list_number nulls last
        ) as run_number
    from compared

),

runs as (

    select
        runs_numbered.partner_id,
        runs_numbered.partner_account_id,
        runs_numbered.overlap_key,
        runs_numbered.feed,
        cast(runs_numbered.run_number as bigint) as run_number,
        runs_numbered.state_precedence,
        min(runs_numbered.as_of) as first_observed_on,
        max(runs_numbered.as_of) as last_observed_on,
        max(runs_numbered.full_lists_count) as full_lists_count,
        max(case when runs_numbered.is_current then 1 else 0 end) = 1 as is_current
    from runs_numbered
    group by
        runs_numbered.partner_id,
        runs_numbered.partner_account_id,
        runs_numbered.overlap_key,
        runs_numbered.feed,
        runs_numbered.run_number,
        runs_numbered.state_precedence

),

full_lists as (

    select
        feed,
        full_lists_count,
        min(as_of) as as_of
    from lists
    where mode = 'full'
    group by feed, full_lists_count

),

-- A run ends with the next one, or with the first full list that does not name the account; never
-- by absence from a delta (rules section 2).
runs_ended as (

    select
        runs.*,
        least(
            lead(runs.first_observed_on) over (
                partition by
                    runs.partner_id, runs.partner_account_id, runs.overlap_key, runs.feed
                order by runs.run_number nulls last
            ),
            full_lists.as_of
        ) as ended_on
    from runs
    left join full_lists
        on runs.feed = full_lists.feed
        and runs.full_lists_count + 1 = full_lists.full_lists_count

),

-- With a delta after the newest full list two runs of one account lie among the current lists;
-- only the last of them is how things stand.
runs_ranked as (

    select
        runs_ended.*,
        row_number() over (
            partition by partner_id, partner_account_id
            order by
                last_observed_on desc nulls last,
                run_number desc nulls last,
                feed nulls last,
                overlap_key nulls last
        ) as newest_rank
    from runs_ended
    where state_precedence is not null

),

observed as (

    select
        runs_ranked.partner_id,
        runs_ranked.partner_account_id,
        runs_ranked.overlap_key,
        runs_ranked.feed,
        runs_ranked.run_number,
        states.state as partner_state,
        runs_ranked.first_observed_on,
        runs_ranked.last_observed_on,
        runs_ranked.ended_on,
        runs_ranked.is_current and runs_ranked.newest_rank = 1 as is_current
    from runs_ranked
    inner join states
        on runs_ranked.state_precedence = states.precedence

)

select * from observed
