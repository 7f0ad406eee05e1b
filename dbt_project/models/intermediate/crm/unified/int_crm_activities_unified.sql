with

tasks as (

    select * from {{ ref('stg_salesforce__tasks') }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}

),

engagements as (

    select * from {{ ref('stg_hubspot__engagements') }}

),

associations as (

    select * from {{ ref('stg_hubspot__engagement_associations') }}

),

of_tasks as (

    select
        'salesforce' as crm,
        'salesforce_task' as source_system,
        task_id as source_record_id,
        who_id,
        what_id,
        account_id,
        case when what_id like '006%' then what_id end as opportunity_id,
        owner_user_id,
        partner_crm_account_id,
        activity_type,
        activity_subtype,
        subject,
        activity_on,
        {{ company_midnight('activity_on') }} as occurred_at,
        activity_on as occurred_on,
        created_at as recorded_at,
        is_deleted,
        is_recurrence,
        case
            when is_deleted then 'deleted'
            when is_recurrence then 'recurrence_master'
            when activity_on is null then 'undated'
            when lower(subject) like 'canceled:%' then 'cancelled'
            when not coalesce(is_closed, lower(status) = 'completed', false) then 'not_completed'
        end as not_counted_reason,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from tasks

),

-- Case 19: one meeting writes a row per attendee; only the row that is nobody's child counts.
-- Case 20: recurrence masters, empty and cancelled meetings never took place.
of_events as (

    select
        'salesforce' as crm,
        'salesforce_event' as source_system,
        event_id as source_record_id,
        who_id,
        what_id,
        account_id,
        case when what_id like '006%' then what_id end as opportunity_id,
        owner_user_id,
        partner_crm_account_id,
        activity_type,
        activity_subtype,
        subject,
        activity_on,
        coalesce(starts_at, {{ company_midnight('activity_on') }}) as occurred_at,
        coalesce({{ company_date('starts_at') }}, activity_on) as occurred_on,
        created_at as recorded_at,
        is_deleted,
        is_recurrence,
        case
            when is_deleted then 'deleted'
            when is_child then 'attendee_row'
            when is_recurrence then 'recurrence_master'
            when duration_minutes = 0 then 'no_duration'
            when starts_at is null and activity_on is null then 'undated'
            when lower(subject) like 'canceled:%' then 'cancelled'
        end as not_counted_reason,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from events

),

-- An engagement with many companies or deals is one engagement: each side is read once.
associated as (

    select
        activity_id,
        known_step,
        min(case when associated_object = 'company' then associated_record_id end) as account_id,
        min(case when associated_object = 'deal' then associated_record_id end) as opportunity_id,
        min(case when associated_object = 'contact' then associated_record_id end) as contact_id
    from associations
    where not is_deleted
    group by activity_id, known_step

),

of_engagements as (

    select
        'hubspot' as crm,
        'hubspot_' || coalesce(engagements.activity_kind, 'engagement') as source_system,
        engagements.activity_id as source_record_id,
        associated.contact_id as who_id,
        associated.opportunity_id as what_id,
        associated.account_id,
        associated.opportunity_id,
        engagements.owner_user_id,
        engagements.partner_crm_account_id,
        coalesce(engagements.activity_type, engagements.activity_kind) as activity_type,
        engagements.activity_kind as activity_subtype,
        engagements.subject,
        {{ company_date('engagements.occurred_at') }} as activity_on,
        engagements.occurred_at,
        {{ company_date('engagements.occurred_at') }} as occurred_on,
        engagements.created_at as recorded_at,
        engagements.is_deleted,
        false as is_recurrence,
        case
            when engagements.is_deleted then 'deleted'
            when engagements.occurred_at is null then 'undated'
            when lower(engagements.outcome) in ('canceled', 'cancelled', 'no_show', 'rescheduled')
            then 'cancelled'
            when engagements.starts_at = engagements.ends_at then 'no_duration'
            when engagements.activity_kind = 'task'
                and lower(coalesce(engagements.status, '')) <> 'completed'
            then 'not_completed'
        end as not_counted_reason,
        engagements.batch_id,
        engagements.source_file,
        engagements.source_sha256,
        engagements.source_row_number,
        engagements.known_step,
        engagements.known_on
    from engagements
    left join associated
        on engagements.activity_id = associated.activity_id
        and engagements.known_step = associated.known_step

),

unified as (

    select * from of_tasks
    union all
    select * from of_events
    union all
    select * from of_engagements

)

select * from unified
