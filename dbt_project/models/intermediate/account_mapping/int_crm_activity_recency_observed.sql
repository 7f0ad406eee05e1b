with

counted_activities as (

    select * from {{ ref('int_crm_activities_counted') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

days_of_activity as (

    select
        account_id,
        max(activity_on) as activity_on
    from counted_activities
    group by account_id

    union all

    select
        opportunities.account_id,
        max(opportunities.last_activity_on) as activity_on
    from opportunities
    cross join refresh_current
    where opportunities.account_id is not null
        and not opportunities.is_deleted
        and opportunities.last_activity_on <= refresh_current.as_of
    group by opportunities.account_id

),

observed as (

    select
        account_id,
        max(activity_on) as newest_activity_on
    from days_of_activity
    group by account_id

)

select * from observed
