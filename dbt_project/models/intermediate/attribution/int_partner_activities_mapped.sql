with

activities as (

    select * from {{ ref('int_crm_activities_unified') }}
    where partner_crm_account_id is not null

),

touch_types as (

    select * from {{ latest_batch(ref('stg_policy__activity_touch_types')) }}

),

-- An automated subtype (a cadence mail) decides before the type that a template gave it.
mapped as (

    select
        activities.source_system,
        activities.source_record_id,
        activities.who_id,
        activities.what_id,
        activities.account_id,
        activities.opportunity_id,
        activities.owner_user_id,
        activities.partner_crm_account_id,
        activities.activity_type,
        activities.activity_subtype,
        activities.occurred_at,
        activities.occurred_on,
        activities.recorded_at,
        activities.not_counted_reason is not null as is_void,
        activities.batch_id,
        activities.source_file,
        activities.source_sha256,
        activities.source_row_number,
        activities.known_step,
        activities.known_on,
        coalesce(by_subtype.touch_type, by_type.touch_type) as touch_type
    from activities
    left join touch_types as by_subtype
        on activities.activity_subtype = by_subtype.activity_type
    left join touch_types as by_type
        on activities.activity_type = by_type.activity_type
    where coalesce(by_subtype.touch_type, by_type.touch_type) is not null

)

select * from mapped
