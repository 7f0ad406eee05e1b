with

source as (

    select * from {{ landed('salesforce', 'events') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as event_id,
        {{ salesforce_id('who_id') }} as who_id,
        {{ salesforce_id('what_id') }} as what_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('owner_id') }} as owner_user_id,
        {{ salesforce_id('recurrence_activity_id') }} as recurrence_activity_id,
        {{ salesforce_id('partner_account_id') }} as partner_crm_account_id,

        -- strings
        subject,
        type as activity_type,
        event_subtype as activity_subtype,
        show_as,
        group_event_type,

        -- numerics
        cast(duration_in_minutes as bigint) as duration_minutes,

        -- booleans
        coalesce(cast(is_child as boolean), false) as is_child,
        coalesce(cast(is_group_event as boolean), false) as is_group_event,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,
        coalesce(cast(is_recurrence as boolean), false) as is_recurrence,

        -- dates
        cast(activity_date as date) as activity_on,

        -- timestamps
        cast(coalesce(start_date_time, activity_date_time) as timestamp) as starts_at,
        cast(end_date_time as timestamp) as ends_at,
        cast(created_date as timestamp) as created_at,
        cast(coalesce(system_modstamp, fivetran_synced) as timestamp) as modified_at,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed,
        _mode as mode
    from source

)

select * from renamed
