with

tasks as (

    select * from {{ ref('stg_salesforce__tasks') }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}

),

touch_types as (

    select * from {{ latest_batch(ref('stg_policy__activity_touch_types')) }}

),

partner_tasks as (

    select
        'salesforce_task' as source_system,
        task_id as source_record_id,
        who_id,
        what_id,
        account_id,
        owner_user_id,
        partner_crm_account_id,
        activity_type,
        activity_subtype,
        {{ company_midnight('activity_on') }} as occurred_at,
        activity_on as occurred_on,
        created_at as recorded_at,
        is_deleted
        or coalesce(is_recurrence, false)
        or activity_on is null
        or not coalesce(is_closed, lower(status) = 'completed', false)
        or lower(coalesce(subject, '')) like 'canceled:%' as is_void,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from tasks
    where partner_crm_account_id is not null

),

-- Case 19: one meeting writes a row per attendee; only the row that is nobody's child counts.
-- Case 20: recurrence masters, empty and cancelled meetings never took place.
partner_events as (

    select
        'salesforce_event' as source_system,
        event_id as source_record_id,
        who_id,
        what_id,
        account_id,
        owner_user_id,
        partner_crm_account_id,
        activity_type,
        activity_subtype,
        coalesce(starts_at, {{ company_midnight('activity_on') }}) as occurred_at,
        coalesce({{ company_date('starts_at') }}, activity_on) as occurred_on,
        created_at as recorded_at,
        is_deleted
        or coalesce(is_child, false)
        or coalesce(is_recurrence, false)
        or coalesce(duration_minutes, 1) = 0
        or (starts_at is null and activity_on is null)
        or lower(coalesce(subject, '')) like 'canceled:%' as is_void,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from events
    where partner_crm_account_id is not null

),

activities as (

    select * from partner_tasks
    union all
    select * from partner_events

),

-- An automated subtype (a cadence mail) decides before the type that a template gave it.
mapped as (

    select
        activities.*,
        coalesce(by_subtype.touch_type, by_type.touch_type) as touch_type
    from activities
    left join touch_types as by_subtype
        on activities.activity_subtype = by_subtype.activity_type
    left join touch_types as by_type
        on activities.activity_type = by_type.activity_type
    where coalesce(by_subtype.touch_type, by_type.touch_type) is not null

)

select * from mapped
