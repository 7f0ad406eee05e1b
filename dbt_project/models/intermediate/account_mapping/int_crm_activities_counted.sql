with

activities as (

    select * from {{ ref('int_crm_activities_unified') }}

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

-- Types that the policy calls no touch at all. A mail that a sequence sent has the type of its
-- template, and only its subtype says so (case 20).
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

counted as (

    select distinct
        coalesce(merged.surviving_account_id, activities.account_id) as account_id,
        activities.owner_user_id,
        activities.activity_on
    from activities
    cross join refresh_current
    left join ignored_types
        on activities.activity_type = ignored_types.activity_type
    left join ignored_types as ignored_subtypes
        on activities.activity_subtype = ignored_subtypes.activity_type
    left join deleted_activities
        on activities.source_system = deleted_activities.source_system
        and activities.source_record_id = deleted_activities.source_record_id
    left join merged
        on activities.account_id = merged.account_id
    where activities.account_id is not null
        and activities.activity_on <= refresh_current.as_of
        and not activities.is_recurrence
        and ignored_types.activity_type is null
        and ignored_subtypes.activity_type is null
        and deleted_activities.source_record_id is null

)

select * from counted
