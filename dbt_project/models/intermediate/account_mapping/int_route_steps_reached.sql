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

-- What was reached early does not settle a step while its days run: those who have not reached it
-- yet would be left out, and every share would be the whole.
reached as (

    select
        subject_id,
        step,
        cast(step_number as bigint) as step_number,
        is_routed,
        week_starts_on,
        rep_id,
        manager_id,
        account_id,
        partner_id,
        cell,
        score_band,
        conversation_due_on,
        coalesce(observed_until_on > due_on, false) as is_settled,
        coalesce(is_reached, false) as is_reached,
        {{ days_between('week_starts_on', 'reached_on') }} as days_to_step
    from steps

)

select * from reached
