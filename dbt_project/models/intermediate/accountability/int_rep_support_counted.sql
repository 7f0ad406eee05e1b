with

quarter_days as (

    select * from {{ ref('int_rep_quarter_days_counted') }}
    where moment_kind <> 'week'
        and active_days_count > 0

),

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

requests as (

    select * from {{ ref('int_support_requests_judged') }}

),

weekly_routes as (

    select * from {{ ref('fct_weekly_routes') }}

),

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}
    where not is_partner

),

partner_states as (

    select * from {{ ref('fct_partner_state_history') }}
    where partner_state not in ('unknown', 'absent')

),

asked_for as (

    select
        moment_id,
        rep_id,
        sum(case when support_kind = 'intro' and is_asked_in_quarter then 1 else 0 end)
            as intros_asked_count,
        sum(
            case
                when support_kind = 'intro' and is_asked_in_quarter and given_on is not null
                then 1
                else 0
            end
        ) as intros_given_count,
        sum(
            case when support_kind = 'intro' and is_asked_in_quarter then days_to_give else 0 end
        ) as intro_days_count,
        sum(case when support_kind = 'intro' and is_owed then 1 else 0 end) as intros_owed_count,
        sum(
            case when support_kind = 'intro' and is_owed and given_on is not null then 1 else 0 end
        ) as intros_owed_given_count,
        sum(case when support_kind = 'enablement' and is_asked_in_quarter then 1 else 0 end)
            as enablement_asked_count,
        sum(
            case
                when support_kind = 'enablement' and is_asked_in_quarter and given_on is not null
                then 1
                else 0
            end
        ) as enablement_given_count,
        sum(case when support_kind = 'enablement' and is_owed then 1 else 0 end)
            as enablement_owed_count,
        sum(
            case
                when support_kind = 'enablement' and is_owed and given_on is not null
                then 1
                else 0
            end
        ) as enablement_owed_given_count,
        sum(case when support_kind = 'overlap_data' and is_asked_in_quarter then 1 else 0 end)
            as overlap_data_asked_count,
        sum(
            case
                when support_kind = 'overlap_data' and is_asked_in_quarter and given_on is not null
                then 1
                else 0
            end
        ) as overlap_data_given_count
    from requests
    group by moment_id, rep_id

),

-- From here on by rep: most moments lie before a rep's time, and all of them beside all accounts
-- would be hundreds of times as many rows.
quarters_of_reps as (

    select
        quarter_days.moment_id,
        quarter_days.rep_id,
        moments.quarter_starts_on,
        moments.through_on
    from quarter_days
    inner join moments
        on quarter_days.moment_id = moments.moment_id

),

routed as (

    select
        quarters_of_reps.moment_id,
        quarters_of_reps.rep_id,
        count(*) as routed_accounts_count,
        count(distinct weekly_routes.week_starts_on) as routed_weeks_count
    from quarters_of_reps
    inner join weekly_routes
        on quarters_of_reps.rep_id = weekly_routes.rep_id
        and quarters_of_reps.through_on >= weekly_routes.week_starts_on
        and quarters_of_reps.quarter_starts_on
        <= {{ add_days('weekly_routes.week_starts_on', 6) }}
    group by quarters_of_reps.moment_id, quarters_of_reps.rep_id

),

accounts_by_moment as (

    select
        quarters_of_reps.moment_id,
        quarters_of_reps.through_on,
        quarters_of_reps.rep_id,
        accounts.account_id
    from quarters_of_reps
    inner join accounts
        on quarters_of_reps.rep_id = accounts.owner_user_id
        and (accounts.created_on is null or quarters_of_reps.through_on >= accounts.created_on)

),

-- The territory is the accounts that the rep owns; it is covered where some partner has the account.
territories as (

    select
        accounts_by_moment.moment_id,
        accounts_by_moment.rep_id,
        count(distinct accounts_by_moment.account_id) as accounts_count,
        count(distinct partner_states.account_id) as overlapping_accounts_count
    from accounts_by_moment
    left join partner_states
        on accounts_by_moment.account_id = partner_states.account_id
        and accounts_by_moment.through_on >= partner_states.valid_from_on
        and {{ before_open_day('accounts_by_moment.through_on', 'partner_states.valid_until_on') }}
    group by accounts_by_moment.moment_id, accounts_by_moment.rep_id

),

counted as (

    select
        quarter_days.moment_id,
        quarter_days.moment_kind,
        quarter_days.rep_id,
        quarter_days.fiscal_quarter,
        cast(coalesce(routed.routed_accounts_count, 0) as bigint) as routed_accounts_count,
        cast(coalesce(routed.routed_weeks_count, 0) as bigint) as routed_weeks_count,
        cast(coalesce(territories.accounts_count, 0) as bigint) as accounts_count,
        cast(coalesce(territories.overlapping_accounts_count, 0) as bigint)
            as overlapping_accounts_count,
        cast(coalesce(asked_for.intros_asked_count, 0) as bigint) as intros_asked_count,
        cast(coalesce(asked_for.intros_given_count, 0) as bigint) as intros_given_count,
        cast(coalesce(asked_for.intro_days_count, 0) as bigint) as intro_days_count,
        cast(coalesce(asked_for.intros_owed_count, 0) as bigint) as intros_owed_count,
        cast(coalesce(asked_for.intros_owed_given_count, 0) as bigint) as intros_owed_given_count,
        cast(coalesce(asked_for.enablement_asked_count, 0) as bigint) as enablement_asked_count,
        cast(coalesce(asked_for.enablement_given_count, 0) as bigint) as enablement_given_count,
        cast(coalesce(asked_for.enablement_owed_count, 0) as bigint) as enablement_owed_count,
        cast(coalesce(asked_for.enablement_owed_given_count, 0) as bigint)
            as enablement_owed_given_count,
        cast(coalesce(asked_for.overlap_data_asked_count, 0) as bigint) as overlap_data_asked_count,
        cast(coalesce(asked_for.overlap_data_given_count, 0) as bigint) as overlap_data_given_count
    from quarter_days
    left join asked_for
        on quarter_days.moment_id = asked_for.moment_id
        and quarter_days.rep_id = asked_for.rep_id
    left join routed
        on quarter_days.moment_id = routed.moment_id
        and quarter_days.rep_id = routed.rep_id
    left join territories
        on quarter_days.moment_id = territories.moment_id
        and quarter_days.rep_id = territories.rep_id

)

select * from counted
