with

followed as (

    select * from {{ ref('int_route_outcomes_followed') }}

),

weekly_routes as (

    select * from {{ ref('fct_weekly_routes') }}

),

outcomes as (

    select
        followed.subject_id as route_id,
        followed.week_starts_on,
        followed.rep_id,
        followed.manager_id,
        followed.account_id,
        followed.partner_id,
        weekly_routes.rank,
        followed.cell,
        followed.roll_up,
        followed.score,
        followed.score_band,
        weekly_routes.partner_seller_name,
        followed.touch_due_on,
        followed.touched_on,
        {{ days_between('followed.week_starts_on', 'followed.touched_on') }} as days_to_touch,
        followed.is_touched_in_time,
        followed.conversation_due_on,
        followed.conversation_on,
        {{ days_between('followed.week_starts_on', 'followed.conversation_on') }}
            as days_to_conversation,
        followed.has_conversation,
        followed.sellers_spoke_on,
        followed.had_sellers_spoken_before,
        followed.opportunity_due_on,
        followed.opportunity_id,
        followed.opportunity_opened_on,
        {{ days_between('followed.week_starts_on', 'followed.opportunity_opened_on') }}
            as days_to_opportunity,
        followed.has_opportunity,
        followed.won_due_on,
        followed.won_on,
        {{ days_between('followed.week_starts_on', 'followed.won_on') }} as days_to_won,
        followed.is_won,
        case
            when followed.won_on is not null then 'won'
            when followed.opportunity_opened_on is not null then 'opportunity'
            when followed.conversation_on is not null then 'conversation'
            when followed.touched_on is not null then 'touched'
            else 'routed'
        end as furthest_step
    from followed
    inner join weekly_routes
        on followed.subject_id = weekly_routes.route_id
    where followed.is_routed

)

select * from outcomes
