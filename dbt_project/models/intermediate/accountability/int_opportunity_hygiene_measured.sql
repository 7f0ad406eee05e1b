with

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}
    where not is_deleted
        and not is_closed

),

activities as (

    select * from {{ ref('int_crm_activities_unified') }}
    where opportunity_id is not null
        and not_counted_reason is null

),

activity_touch_types as (

    select * from {{ policy_in_force(ref('stg_policy__activity_touch_types'), ['activity_type']) }}

),

touch_types as (

    select * from {{ policy_in_force(ref('stg_policy__touch_types'), ['touch_type']) }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}
    where strength in ('strong', 'qualifying', 'engagement')
        and opportunity_id is not null

),

close_dates as (

    select
        opportunity_id,
        field_value,
        lag(field_value) over (
            partition by opportunity_id
            order by effective_at nulls last
        ) as previous_value
    from {{ ref('fct_opportunity_history') }}
    where field_name = 'close_date'

),

moves as (

    select * from {{ ref('fct_opportunity_stage_moves') }}

),

stages as (

    select * from {{ policy_in_force(ref('stg_policy__stages'), ['stage_name']) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- Case 20: what a sequence sent is no activity of anybody.
automatic_types as (

    select activity_touch_types.activity_type
    from activity_touch_types
    inner join touch_types
        on activity_touch_types.touch_type = touch_types.touch_type
        and touch_types.strength = 'none'

),

days_of_activity as (

    select
        activities.opportunity_id,
        activities.activity_on
    from activities
    left join automatic_types
        on activities.activity_type = automatic_types.activity_type
    left join automatic_types as automatic_subtypes
        on activities.activity_subtype = automatic_subtypes.activity_type
    where automatic_types.activity_type is null
        and automatic_subtypes.activity_type is null

    union all

    select
        opportunity_id,
        last_activity_on as activity_on
    from opportunities

    union all

    select
        opportunity_id,
        occurred_on as activity_on
    from touches

    union all

    -- The day of creation begins the count: a deal of yesterday is not silent yet.
    select
        opportunity_id,
        created_on as activity_on
    from opportunities

),

-- What is planned for next week did not happen.
last_activities as (

    select
        days_of_activity.opportunity_id,
        max(days_of_activity.activity_on) as last_activity_on
    from days_of_activity
    cross join refresh_current
    where days_of_activity.activity_on <= refresh_current.as_of
    group by days_of_activity.opportunity_id

),

-- Case 27: days are written so that later ones sort behind earlier ones.
pushes as (

    select
        opportunity_id,
        cast(count(*) as bigint) as pushes_count
    from close_dates
    where field_value > previous_value
    group by opportunity_id

),

stages_entered as (

    select
        opportunity_id,
        moved_on as stage_entered_on
    from moves
    where left_at is null

),

next_steps_said as (

    select
        opportunity_id,
        stage_name,
        close_on,
        push_count,
        nullif(trim(next_step), '') as next_step,
        substring(trim(next_step), 1, 10) as due_day
    from opportunities

),

-- A next step says when it is due by the day in front of it; one without a day cannot be overdue.
next_steps as (

    select
        next_steps_said.*,
        case
            when {{ regexp_matches_whole('due_day', '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}
            then {{ safe_cast('due_day', 'date') }}
        end as next_step_due_on
    from next_steps_said

),

measured as (

    select
        next_steps.opportunity_id,
        last_activities.last_activity_on,
        next_steps.next_step,
        next_steps.next_step_due_on,
        next_steps.close_on,
        coalesce(greatest(pushes.pushes_count, next_steps.push_count), 0) as pushes_count,
        stages_entered.stage_entered_on,
        stages.stage_age_limit_days,
        {{ days_between('last_activities.last_activity_on', 'refresh_current.as_of') }} as silent_days,
        {{ days_between('next_steps.next_step_due_on', 'refresh_current.as_of') }} as next_step_overdue_days,
        {{ days_between('next_steps.close_on', 'refresh_current.as_of') }} as close_date_past_days,
        {{ days_between('stages_entered.stage_entered_on', 'refresh_current.as_of') }} as stage_days
    from next_steps
    cross join refresh_current
    left join last_activities
        on next_steps.opportunity_id = last_activities.opportunity_id
    left join pushes
        on next_steps.opportunity_id = pushes.opportunity_id
    left join stages_entered
        on next_steps.opportunity_id = stages_entered.opportunity_id
    left join stages
        on next_steps.stage_name = stages.stage_name

)

select * from measured
