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

-- A later row for the same rep, kind and first day replaces the earlier one (an end that moved).
ranked as (

    select
        identified.*,
        {{ newest_version('calendar_rep_id, kind, starts_on') }} as version_rank
    from identified
    where calendar_rep_id is not null

),

periods as (

    select
        calendar_rep_id as rep_id,
        kind,
        starts_on,
        ends_on,
        factor,
        country,
        note,
        source_file,
        source_row_number
    from ranked
    where version_rank = 1

)

select * from periods
