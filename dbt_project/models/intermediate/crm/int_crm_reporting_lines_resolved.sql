{{ config(materialized='ephemeral') }}

with

users as (

    select * from {{ ref('int_crm_users_versioned') }}
    where superseded_step is null

),

-- Who reports to whom today; nobody reports to themselves.
lines_1 as (

    select
        user_id,
        manager_user_id,
        cast(1 as bigint) as depth
    from users
    where manager_user_id is not null
        and manager_user_id <> user_id

),

-- Each round doubles how far up is looked: four rounds see 16 levels.
lines_2 as (

    select
        user_id,
        manager_user_id,
        min(depth) as depth
    from (
        select * from lines_1

        union all

        select
            near.user_id,
            far.manager_user_id,
            near.depth + far.depth as depth
        from lines_1 as near
        inner join lines_1 as far
            on near.manager_user_id = far.user_id
    ) as reached
    group by user_id, manager_user_id

),

lines_4 as (

    select
        user_id,
        manager_user_id,
        min(depth) as depth
    from (
        select * from lines_2

        union all

        select
            near.user_id,
            far.manager_user_id,
            near.depth + far.depth as depth
        from lines_2 as near
        inner join lines_2 as far
            on near.manager_user_id = far.user_id
    ) as reached
    group by user_id, manager_user_id

),

lines_8 as (

    select
        user_id,
        manager_user_id,
        min(depth) as depth
    from (
        select * from lines_4

        union all

        select
            near.user_id,
            far.manager_user_id,
            near.depth + far.depth as depth
        from lines_4 as near
        inner join lines_4 as far
            on near.manager_user_id = far.user_id
    ) as reached
    group by user_id, manager_user_id

),

lines_16 as (

    select
        user_id,
        manager_user_id,
        min(depth) as depth
    from (
        select * from lines_8

        union all

        select
            near.user_id,
            far.manager_user_id,
            near.depth + far.depth as depth
        from lines_8 as near
        inner join lines_8 as far
            on near.manager_user_id = far.user_id
    ) as reached
    group by user_id, manager_user_id

),

-- Case 24: who is met again on the way up sits in a circle. Nobody is listed as their own manager,
-- and everybody once, so no team is counted twice.
resolved as (

    select
        lines_16.user_id,
        lines_16.manager_user_id,
        cast(lines_16.depth as bigint) as depth,
        closing.user_id is not null as is_in_cycle
    from lines_16
    left join lines_16 as closing
        on lines_16.user_id = closing.manager_user_id
        and lines_16.manager_user_id = closing.user_id
    where lines_16.user_id <> lines_16.manager_user_id

)

select * from resolved
