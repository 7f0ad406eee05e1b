with

activities as (

    select * from {{ ref('int_crm_activities_unified') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

activity_touch_types as (

    select * from {{ policy_in_force(ref('stg_policy__activity_touch_types'), ['activity_type']) }}

),

touch_types as (

    select * from {{ policy_in_force(ref('stg_policy__touch_types'), ['touch_type']) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- Types that the policy calls no touch at all, such as automatic sequences (case 20).
ignored_types as (

    select activity_touch_types.activity_type
    from activity_touch_types
    inner join touch_types
        on activity_touch_types.touch_type = touch_types.touch_type
    where touch_types.strength = 'none'

),

deleted_activities as (

    select
        source_system,
        source_record_id
    from activities
    where is_deleted
    group by source_system, source_record_id

),

days_of_activity as (

    select
        activities.account_id,
        max(activities.activity_on) as activity_on
    from activities
    cross join refresh_current
    left join ignored_types
        on activities.activity_type = ignored_types.activity_type
    left join deleted_activities
        on activities.source_system = deleted_activities.source_system
        and activities.source_record_id = deleted_activities.source_record_id
    where activities.account_id is not null
        and activities.activity_on <= refresh_current.as_of
        and not activities.is_recurrence
        and ignored_types.activity_type is null
        and deleted_activities.source_record_id is null
    group by activities.account_id

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
        coalesce(merged.surviving_account_id, days_of_activity.account_id) as account_id,
        max(days_of_activity.activity_on) as newest_activity_on
    from days_of_activity
    left join merged
        on days_of_activity.account_id = merged.account_id
    group by coalesce(merged.surviving_account_id, days_of_activity.account_id)

)

select * from observed
