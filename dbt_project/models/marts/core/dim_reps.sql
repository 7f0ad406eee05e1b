with

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

current_managers as (

    select * from {{ ref('int_crm_managers_versioned') }}
    where superseded_step is null

),

calendar as (

    select * from {{ ref('int_rep_calendar_current') }}

),

expectations as (

    select * from {{ ref('int_expectations_versioned') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

current_users as (

    select * from users
    where superseded_step is null

),

seats as (

    select
        rep_id,
        min(starts_on) as seat_starts_on,
        max(coalesce(ends_on, cast('9999-12-31' as date))) as seat_ends_on
    from calendar
    where kind = 'seat'
    group by rep_id

),

expected_reps as (

    select distinct rep_id from expectations

),

owners as (

    select distinct owner_user_id as rep_id
    from opportunities
    where owner_user_id is not null

),

-- Everybody who may be named as a rep somewhere: users, and ids that hold opportunities, seats
-- or expectations without a user record (an export without the User object, a deleted user).
rep_ids as (

    select user_id as rep_id from current_users
    union
    select rep_id from seats
    union
    select rep_id from expected_reps
    union
    select rep_id from owners

),

reps as (

    select
        rep_ids.rep_id,
        current_users.user_name as rep_name,
        current_users.email,
        current_users.title,
        current_users.country,
        current_managers.manager_user_id as manager_id,
        managers.user_name as manager_name,
        current_users.is_active,
        seats.seat_starts_on,
        case
            when seats.seat_ends_on < cast('9999-12-31' as date) then seats.seat_ends_on
        end as seat_ends_on,
        seats.rep_id is not null or expected_reps.rep_id is not null as has_quota_seat,
        coalesce(
            refresh.as_of between seats.seat_starts_on and seats.seat_ends_on,
            expected_reps.rep_id is not null
        ) as is_in_seat,
        current_users.source_file,
        current_users.source_row_number
    from rep_ids
    cross join refresh
    left join current_users
        on rep_ids.rep_id = current_users.user_id
    left join current_managers
        on rep_ids.rep_id = current_managers.user_id
    left join current_users as managers
        on current_managers.manager_user_id = managers.user_id
    left join seats
        on rep_ids.rep_id = seats.rep_id
    left join expected_reps
        on rep_ids.rep_id = expected_reps.rep_id

)

select * from reps
