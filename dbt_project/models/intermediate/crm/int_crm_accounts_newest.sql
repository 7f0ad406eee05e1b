with

accounts as (

    select * from {{ ref('int_crm_accounts_unified') }}

),

full_lists as (

    select * from {{ ref('int_crm_full_lists_known') }}

),

newest_full_lists as (

    select
        crm,
        max(known_step) as full_list_step
    from full_lists
    where thing = 'accounts'
    group by crm

),

ranked as (

    select
        accounts.*,
        {{ newest_version('accounts.account_id', 'accounts.modified_at', 'accounts.') }} as version_rank,
        min(accounts.known_step) over (partition by accounts.account_id) as first_known_step,
        min(accounts.known_on) over (partition by accounts.account_id) as first_known_on
    from accounts

),

-- Case 7: a full list that no longer holds the record says that it is gone.
newest as (

    select
        ranked.account_id,
        ranked.crm,
        ranked.account_name,
        ranked.account_type,
        ranked.parent_account_id,
        ranked.owner_user_id,
        ranked.website,
        ranked.industry,
        ranked.employees_count,
        ranked.annual_revenue_amount,
        ranked.country,
        ranked.state,
        ranked.city,
        ranked.phone,
        ranked.duns,
        ranked.currency,
        ranked.is_partner,
        ranked.is_deleted
        or coalesce(ranked.known_step < newest_full_lists.full_list_step, false) as is_deleted,
        ranked.merged_into_account_id,
        ranked.created_at,
        ranked.modified_at,
        ranked.first_known_step,
        ranked.first_known_on,
        ranked.batch_id,
        ranked.source_file,
        ranked.source_sha256,
        ranked.source_row_number,
        ranked.known_step,
        ranked.known_on
    from ranked
    left join newest_full_lists
        on ranked.crm = newest_full_lists.crm
    where ranked.version_rank = 1

)

select * from newest
