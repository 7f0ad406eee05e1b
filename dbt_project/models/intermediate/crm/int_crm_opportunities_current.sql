with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

current_opportunities as (

    select
        versions.opportunity_id,
        versions.crm,
        coalesce(merged.surviving_account_id, versions.account_id) as account_id,
        versions.opportunity_name,
        versions.stage_name,
        versions.stage_number,
        versions.amount,
        versions.currency,
        versions.close_on,
        versions.created_on,
        versions.created_at,
        versions.opportunity_type,
        versions.lead_source,
        versions.next_step,
        versions.is_closed,
        versions.is_won,
        versions.owner_user_id,
        versions.modified_at,
        versions.last_activity_on,
        versions.push_count,
        versions.is_deleted,
        versions.batch_id,
        versions.source_file,
        versions.source_sha256,
        versions.source_row_number,
        versions.known_step,
        versions.known_on
    from versions
    left join merged
        on versions.account_id = merged.account_id
    where versions.superseded_step is null

)

select * from current_opportunities
