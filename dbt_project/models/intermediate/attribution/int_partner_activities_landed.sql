{{ config(materialized='incremental', incremental_strategy='append') }}

with

activities as (

    select * from {{ ref('int_crm_activities_unified') }}
    where partner_crm_account_id is not null
    {% if is_incremental() %}
        and known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

landed as (

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
        known_on
    from activities

)

select * from landed
