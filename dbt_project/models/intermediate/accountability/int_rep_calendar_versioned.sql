with

rep_calendar as (

    select * from {{ ref('stg_templates__rep_calendar') }}

),

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

users_by_email as (

    select
        lower(email) as email_key,
        min(user_id) as user_id
    from users
    where email is not null
    group by lower(email)

),

identified as (

    select
        rep_calendar.*,
        coalesce(rep_calendar.rep_id, users_by_email.user_id) as calendar_rep_id
    from rep_calendar
    left join users_by_email
        on lower(rep_calendar.rep_email) = users_by_email.email_key

),

ranked as (

    select
        identified.*,
        row_number() over (
            partition by calendar_rep_id, kind, starts_on, known_step
            order by batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from identified
    where calendar_rep_id is not null

),

-- A later row for the same rep, kind and first day replaces the earlier one (an end that moved).
versions as (

    select
        calendar_rep_id as rep_id,
        kind,
        starts_on,
        ends_on,
        factor,
        country,
        note,
        source_file,
        source_row_number,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by calendar_rep_id, kind, starts_on
            order by known_step nulls last
        ) as valid_until_step
    from ranked
    where rank_in_step = 1

)

select * from versions
