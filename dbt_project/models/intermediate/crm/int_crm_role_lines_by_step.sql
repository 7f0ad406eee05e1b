with

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

roles as (

    select * from {{ ref('stg_salesforce__user_roles') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

role_versions as (

    select
        user_role_id,
        case when not is_deleted then parent_user_role_id end as parent_user_role_id,
        known_step,
        known_on,
        lead(known_step) over (
            partition by user_role_id
            order by known_step nulls last
        ) as superseded_step
    from (
        select
            roles.*,
            row_number() over (
                partition by user_role_id, known_step
                order by batch_id desc nulls last, source_row_number desc nulls last
            ) as rank_in_step
        from roles
    ) as ranked
    where rank_in_step = 1

),

-- The tree is asked at every step in which a user or a role came.
tree_steps as (

    select
        known_steps.known_step,
        known_steps.known_on
    from (
        select
            known_step,
            known_on
        from users
        union
        select
            known_step,
            known_on
        from role_versions
    ) as known_steps
    cross join company
    where company.managers_from = 'role_tree'

),

lines as (

    select
        tree_steps.known_step,
        tree_steps.known_on,
        role_versions.user_role_id,
        role_versions.parent_user_role_id
    from tree_steps
    left join role_versions
        on tree_steps.known_step >= role_versions.known_step
        and {{ before_open_step('tree_steps.known_step', 'role_versions.superseded_step') }}
        and role_versions.parent_user_role_id <> role_versions.user_role_id

)

select * from lines
