{{ config(materialized='ephemeral') }}

with

managers as (

    select * from {{ ref('int_crm_managers_versioned') }}

),

change_steps as (

    select
        known_step,
        known_on,
        row_number() over (order by known_step nulls last) as step_number,
        lead(known_on) over (order by known_step nulls last) as next_known_on
    from (
        select distinct
            known_step,
            known_on
        from managers
    ) as distinct_steps

),

lines_1 as (

    select
        change_steps.step_number,
        managers.user_id,
        managers.manager_user_id,
        cast(1 as bigint) as depth
    from change_steps
    inner join managers
        on change_steps.known_step >= managers.known_step
        and (
            managers.superseded_step is null
            or change_steps.known_step < managers.superseded_step
        )
    where managers.manager_user_id is not null

),

{{ climbed('lines', 'step_number', 'user_id', 'manager_user_id') }},

closed as (

    select
        step_number,
        user_id,
        manager_user_id,
        cast(depth as bigint) as depth,
        bool_or(user_id = manager_user_id) over (
            partition by step_number, user_id
        ) as is_in_cycle
    from lines_16

),

-- Case 24: who is met again on the way up sits in a circle, with everybody on that way. Nobody is
-- listed as their own manager, and everybody once, so no team is counted twice.
resolved as (

    select * from closed
    where user_id <> manager_user_id

),

-- Steps in a row that say the same are one span: their numbers grow as fast as their ranks.
numbered as (

    select
        resolved.*,
        step_number - row_number() over (
            partition by user_id, manager_user_id, depth, is_in_cycle
            order by step_number nulls last
        ) as span_number
    from resolved

),

spans as (

    select
        user_id,
        manager_user_id,
        depth,
        is_in_cycle,
        min(step_number) as first_step_number,
        max(step_number) as last_step_number
    from numbered
    group by user_id, manager_user_id, depth, is_in_cycle, span_number

),

dated as (

    select
        spans.user_id,
        spans.manager_user_id,
        spans.depth,
        spans.is_in_cycle,
        first_steps.known_on as observed_from,
        last_steps.next_known_on as observed_to
    from spans
    inner join change_steps as first_steps
        on spans.first_step_number = first_steps.step_number
    inner join change_steps as last_steps
        on spans.last_step_number = last_steps.step_number
    -- Of what was said twice on one day the later counts.
    where last_steps.next_known_on is null
        or first_steps.known_on < last_steps.next_known_on

)

select * from dated
