{{ config(materialized='incremental', incremental_strategy='append') }}

with

new_batches as (

    select batch_id from {{ ref('stg_cosell__landed_batches') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

-- By batch and not by step, so that the rows of earlier batches need not be read.
activities as (

    select unified.*
    from {{ ref('int_crm_activities_unified') }} as unified
    where unified.partner_crm_account_id is not null
        and unified.batch_id in (select new_batches.batch_id from new_batches)

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
