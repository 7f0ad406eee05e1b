with

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

role_lines as (

    select * from {{ ref('int_crm_role_lines_by_step') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- What the user's own record names; nobody manages themselves.
named as (

    select
        users.known_step,
        users.known_on,
        users.user_id,
        case when users.manager_user_id <> users.user_id then users.manager_user_id end
            as manager_user_id
    from users
    cross join company
    where company.managers_from = 'manager_field'

),

tree_steps as (

    select
        known_step,
        known_on
    from role_lines
    group by known_step, known_on

),

holders as (

    select
        tree_steps.known_step,
        tree_steps.known_on,
        users.user_id,
        users.user_role_id,
        users.manager_user_id,
        users.is_active
    from tree_steps
    inner join users
        on tree_steps.known_step >= users.known_step
        and (users.superseded_step is null or tree_steps.known_step < users.superseded_step)

),

branches_1 as (

    select
        known_step,
        user_role_id,
        parent_user_role_id,
        cast(1 as bigint) as depth
    from role_lines
    where user_role_id is not null

),

{{ climbed('branches', 'known_step', 'user_role_id', 'parent_user_role_id') }},

-- Case 24: one manager at a time. The nearest role above that somebody active holds; of several
-- holders the one whom the user's own record names, else the first by id.
above as (

    select
        holders.known_step,
        holders.user_id,
        managers.user_id as manager_user_id,
        row_number() over (
            partition by holders.known_step, holders.user_id
            order by
                branches_16.depth nulls last,
                (managers.user_id = holders.manager_user_id) desc nulls last,
                managers.user_id nulls last
        ) as manager_rank
    from holders
    inner join branches_16
        on holders.known_step = branches_16.known_step
        and holders.user_role_id = branches_16.user_role_id
    inner join holders as managers
        on branches_16.known_step = managers.known_step
        and branches_16.parent_user_role_id = managers.user_role_id
        and holders.user_id <> managers.user_id
    where managers.is_active

),

observed as (

    select
        known_step,
        known_on,
        user_id,
        manager_user_id
    from named

    union all

    select
        holders.known_step,
        holders.known_on,
        holders.user_id,
        above.manager_user_id
    from holders
    left join above
        on holders.known_step = above.known_step
        and holders.user_id = above.user_id
        and above.manager_rank = 1

),

compared as (

    select
        observed.*,
        lag(known_step) over (
            partition by user_id
            order by known_step nulls last
        ) as previous_step,
        lag(manager_user_id) over (
            partition by user_id
            order by known_step nulls last
        ) as previous_manager_user_id
    from observed

),

changes as (

    select
        user_id,
        manager_user_id,
        known_step,
        known_on,
        lead(known_step) over (
            partition by user_id
            order by known_step nulls last
        ) as superseded_step
    from compared
    where previous_step is null
        or coalesce(manager_user_id, '') <> coalesce(previous_manager_user_id, '')

)

select * from changes
