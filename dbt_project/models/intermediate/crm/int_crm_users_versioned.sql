with

users as (

    select * from {{ ref('int_crm_users_unified') }}

),

ranked as (

    select
        users.*,
        row_number() over (
            partition by users.user_id, users.known_step
            order by
                users.modified_at desc nulls last,
                users.batch_id desc nulls last,
                users.source_row_number desc nulls last
        ) as rank_in_step
    from users

),

versions as (

    select
        user_id,
        crm,
        user_name,
        email,
        is_active,
        manager_user_id,
        user_role_id,
        user_type,
        title,
        country,
        created_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        row_number() over (
            partition by user_id
            order by known_step nulls last
        ) as version_number,
        lead(known_step) over (
            partition by user_id
            order by known_step nulls last
        ) as superseded_step,
        lead(known_on) over (
            partition by user_id
            order by known_step nulls last
        ) as superseded_on
    from ranked
    where rank_in_step = 1

)

select * from versions
