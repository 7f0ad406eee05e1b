with

followed as (

    select * from {{ ref('int_route_outcomes_followed') }}

),

steps as (

    select
        followed.*,
        'touched' as step,
        1 as step_number,
        is_touched_in_time as is_reached,
        touch_due_on as due_on,
        case when is_touched_in_time then touched_on end as reached_on
    from followed

    union all

    select
        followed.*,
        'conversation' as step,
        2 as step_number,
        has_conversation as is_reached,
        conversation_due_on as due_on,
        conversation_on as reached_on
    from followed

    union all

    select
        followed.*,
        'opportunity' as step,
        3 as step_number,
        has_opportunity as is_reached,
        opportunity_due_on as due_on,
        opportunity_opened_on as reached_on
    from followed

    union all

    select
        followed.*,
        'won' as step,
        4 as step_number,
        is_won as is_reached,
        won_due_on as due_on,
        won_on as reached_on
    from followed

),

slices as (

    select
        steps.*,
        'all' as slice_kind,
        'all' as slice_id
    from steps

    union all

    select
        steps.*,
        'rep' as slice_kind,
        rep_id as slice_id
    from steps

    union all

    select
        steps.*,
        'manager' as slice_kind,
        coalesce(manager_id, 'none') as slice_id
    from steps

    union all

    select
        steps.*,
        'partner' as slice_kind,
        partner_id as slice_id
    from steps

    union all

    select
        steps.*,
        'segment' as slice_kind,
        cell as slice_id
    from steps

    union all

    select
        steps.*,
        'week' as slice_kind,
        {{ text_from_day('week_starts_on') }} as slice_id
    from steps

),

-- What was reached early does not settle a step while its days run: those who have not reached it
-- yet would be left out, and every share would be the whole.
reached as (

    select
        slices.slice_kind,
        slices.slice_id,
        slices.step,
        cast(slices.step_number as bigint) as step_number,
        slices.subject_id,
        slices.is_routed,
        slices.account_id,
        slices.week_starts_on,
        slices.conversation_due_on,
        slices.cell,
        slices.score_band,
        coalesce(slices.observed_until_on > slices.due_on, false) as is_settled,
        coalesce(slices.is_reached, false) as is_reached,
        {{ days_between('slices.week_starts_on', 'slices.reached_on') }} as days_to_step
    from slices

)

select * from reached
