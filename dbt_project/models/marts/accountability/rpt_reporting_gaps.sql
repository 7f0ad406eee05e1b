with

managers as (

    select * from {{ ref('int_crm_managers_versioned') }}

),

lines as (

    select * from {{ ref('dim_reporting_lines') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

manager_spans as (

    select
        user_id,
        manager_user_id,
        known_on as from_on,
        lead(known_on) over (partition by user_id order by known_step nulls last) as before_on
    from managers

),

-- Only who holds a quota seat needs a manager: the top of the tree has none, and queues have none.
seats as (

    select
        rep_id,
        rep_name,
        manager_id,
        coalesce(seat_starts_on, cast('0001-01-01' as date)) as seat_from_on,
        case
            when seat_ends_on is null then cast('9999-12-31' as date)
            else {{ add_days('seat_ends_on', 1) }}
        end as seat_before_on
    from reps
    where has_quota_seat

),

without_manager as (

    select
        seats.rep_id,
        'no_manager' as gap,
        cast(null as {{ type_string() }}) as manager_id,
        greatest(manager_spans.from_on, seats.seat_from_on) as gap_from_on,
        least(
            coalesce(manager_spans.before_on, cast('9999-12-31' as date)), seats.seat_before_on
        ) as gap_before_on
    from seats
    inner join manager_spans
        on seats.rep_id = manager_spans.user_id
    where manager_spans.manager_user_id is null

    union all

    select
        seats.rep_id,
        'no_user_record' as gap,
        cast(null as {{ type_string() }}) as manager_id,
        seats.seat_from_on as gap_from_on,
        seats.seat_before_on as gap_before_on
    from seats
    left join (select distinct user_id from manager_spans) as known_users
        on seats.rep_id = known_users.user_id
    where known_users.user_id is null

),

-- A manager who is no user, or who left, leads nobody: the team is to be given to someone.
with_lost_manager as (

    select
        seats.rep_id,
        case when managers_known.rep_id is null then 'manager_unknown' else 'manager_inactive' end as gap,
        seats.manager_id,
        greatest(manager_spans.from_on, seats.seat_from_on) as gap_from_on,
        seats.seat_before_on as gap_before_on
    from seats
    inner join manager_spans
        on seats.rep_id = manager_spans.user_id
        and manager_spans.before_on is null
    left join reps as managers_known
        on seats.manager_id = managers_known.rep_id
    where seats.manager_id is not null
        and not coalesce(managers_known.is_active, false)

),

-- Case 24: whoever is met again on the way up is shown with the one whom they report to.
in_circle as (

    select
        rep_id,
        'circle' as gap,
        manager_id,
        observed_from as gap_from_on,
        coalesce(observed_to, cast('9999-12-31' as date)) as gap_before_on
    from lines
    where is_in_cycle
        and depth = 1

),

pooled as (

    select * from without_manager
    union all
    select * from with_lost_manager
    union all
    select * from in_circle

),

gaps as (

    select
        {{ hash_id(['pooled.rep_id', 'pooled.gap', 'pooled.gap_from_on']) }} as reporting_gap_id,
        pooled.rep_id,
        reps.rep_name,
        pooled.gap,
        pooled.manager_id,
        pooled.gap_from_on,
        case
            when pooled.gap_before_on < cast('9999-12-31' as date) then pooled.gap_before_on
        end as gap_before_on,
        pooled.gap_from_on <= refresh_current.as_of
        and pooled.gap_before_on > refresh_current.as_of as is_current
    from pooled
    cross join refresh_current
    left join reps
        on pooled.rep_id = reps.rep_id
    where pooled.gap_from_on < pooled.gap_before_on

)

select * from gaps
