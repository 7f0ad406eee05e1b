{{ config(materialized=read_in_place()) }}

with

activities as (

    select * from {{ ref('int_partner_activities_landed') }}

),

touch_types as (

    select * from {{ policy_versions(ref('stg_policy__activity_touch_types'), ['activity_type']) }}

),

policy_files as (

    select * from {{ policy_files(ref('stg_policy__activity_touch_types')) }}

),

-- Case 47: each file reads the activities from the step in which it became known; what was booked
-- by the file before stays booked by it. An automated subtype (a cadence mail) decides before the
-- type that a template gave it (case 20).
read_by_file as (

    select
        activities.*,
        coalesce(by_subtype.touch_type, by_type.touch_type) as touch_type,
        policy_files.valid_from_step as file_from_step,
        lag(coalesce(by_subtype.touch_type, by_type.touch_type)) over (
            partition by activities.batch_id, activities.source_row_number
            order by policy_files.valid_from_step nulls last
        ) as touch_type_of_file_before
    from activities
    cross join policy_files
    left join touch_types as by_subtype
        on activities.activity_subtype = by_subtype.activity_type
        and policy_files.valid_from_step = by_subtype.valid_from_step
        and coalesce(activities.occurred_on, activities.known_on) >= by_subtype.effective_from_on
        and {{ before_open_day(
            'coalesce(activities.occurred_on, activities.known_on)', 'by_subtype.effective_before_on'
        ) }}
    left join touch_types as by_type
        on activities.activity_type = by_type.activity_type
        and policy_files.valid_from_step = by_type.valid_from_step
        and coalesce(activities.occurred_on, activities.known_on) >= by_type.effective_from_on
        and {{ before_open_day(
            'coalesce(activities.occurred_on, activities.known_on)', 'by_type.effective_before_on'
        ) }}
    where policy_files.valid_until_step is null
        or activities.known_step < policy_files.valid_until_step

),

-- A file that says the same as the one before begins nothing.
readings as (

    select
        read_by_file.*,
        lead(file_from_step) over (
            partition by batch_id, source_row_number
            order by file_from_step nulls last
        ) as next_reading_step
    from read_by_file
    where touch_type is distinct from touch_type_of_file_before

),

mapped as (

    select
        source_system,
        source_record_id,
        who_id,
        what_id,
        account_id,
        opportunity_id,
        owner_user_id,
        partner_crm_account_id,
        activity_type,
        activity_subtype,
        occurred_at,
        occurred_on,
        recorded_at,
        not_counted_reason,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        touch_type,
        file_from_step as policy_from_step,
        next_reading_step as policy_until_step
    from readings
    where touch_type is not null

)

select * from mapped
