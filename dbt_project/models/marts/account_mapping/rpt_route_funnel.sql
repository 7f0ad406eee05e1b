with

steps as (

    select * from {{ ref('int_route_steps_reached') }}

),

lift as (

    select * from {{ ref('int_route_lift_estimated') }}

),

counted as (

    select
        step,
        step_number,
        rep_id,
        manager_id,
        partner_id,
        cell,
        week_starts_on,
        sum(1) as routed_count,
        sum(case when is_settled then 0 else 1 end) as still_open_count,
        sum(case when is_reached then 1 else 0 end) as reached_count,
        sum(case when is_settled and is_reached then 1 else 0 end) as settled_reached_count,
        sum(case when is_reached then days_to_step end) as days_to_step
    from steps
    where is_routed
    group by step, step_number, rep_id, manager_id, partner_id, cell, week_starts_on

),

sliced as (

    select
        counted.*,
        'all' as slice_kind,
        'all' as slice_id
    from counted

    union all

    select
        counted.*,
        'rep' as slice_kind,
        rep_id as slice_id
    from counted

    union all

    select
        counted.*,
        'manager' as slice_kind,
        coalesce(manager_id, 'none') as slice_id
    from counted

    union all

    select
        counted.*,
        'partner' as slice_kind,
        partner_id as slice_id
    from counted

    union all

    select
        counted.*,
        'segment' as slice_kind,
        cell as slice_id
    from counted

    union all

    select
        counted.*,
        'week' as slice_kind,
        {{ text_from_day('week_starts_on') }} as slice_id
    from counted

),

routed as (

    select
        slice_kind,
        slice_id,
        step,
        step_number,
        cast(sum(routed_count) as bigint) as routed_count,
        cast(sum(still_open_count) as bigint) as still_open_count,
        cast(sum(reached_count) as bigint) as reached_count,
        cast(sum(settled_reached_count) as bigint) as settled_reached_count,
        cast(sum(days_to_step) as bigint) as days_to_step
    from sliced
    group by slice_kind, slice_id, step, step_number

),

-- A share is said of what is settled; a lift where enough accounts stand on both sides.
funnel as (

    select
        routed.slice_kind || '|' || routed.slice_id || '|' || routed.step as funnel_id,
        routed.slice_kind,
        routed.slice_id,
        routed.step,
        routed.step_number,
        routed.routed_count,
        routed.still_open_count,
        routed.reached_count,
        {{ share('routed.settled_reached_count', 'routed.routed_count - routed.still_open_count') }}
            as reached_share,
        {{ ratio('routed.days_to_step', 'routed.reached_count') }} as average_days,
        coalesce(lift.matched_routed_count, 0) as matched_routed_count,
        coalesce(lift.matched_similar_count, 0) as matched_similar_count,
        case when lift.has_enough_accounts then lift.matched_routed_share end
            as matched_routed_share,
        case when lift.has_enough_accounts then lift.matched_similar_share end
            as matched_similar_share,
        case when lift.has_enough_accounts then lift.lift_share end as lift_share,
        case when lift.has_enough_accounts then lift.lift_low_share end as lift_low_share,
        case when lift.has_enough_accounts then lift.lift_high_share end as lift_high_share,
        case
            when routed.still_open_count = routed.routed_count then 'still_open'
            when lift.slice_id is null then 'no_similar_accounts'
            when not lift.has_enough_accounts then 'too_few'
            else 'measured'
        end as lift_status
    from routed
    left join lift
        on routed.slice_kind = lift.slice_kind
        and routed.slice_id = lift.slice_id
        and routed.step = lift.step

)

select * from funnel
