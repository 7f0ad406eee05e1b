with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

merged_counts as (

    select
        surviving_account_id,
        cast(count(*) - 1 as bigint) as merged_accounts_count
    from merged
    group by surviving_account_id

),

partner_organisations as (

    select * from {{ ref('int_partner_organisations_resolved') }}

),

accounts_described as (

    select
        accounts.account_id,
        accounts.account_name,
        accounts.account_type,
        accounts.parent_account_id,
        accounts.owner_user_id as owner_rep_id,
        accounts.website,
        accounts.duns,
        accounts.industry,
        accounts.employees_count,
        accounts.country,
        accounts.state,
        accounts.city,
        coalesce(accounts.is_partner, false) or partner_organisations.partner_id is not null
            as is_partner_organisation,
        coalesce(merged_counts.merged_accounts_count, 0) as merged_accounts_count,
        accounts.created_on,
        accounts.first_known_on,
        accounts.batch_id,
        accounts.source_file,
        accounts.source_row_number
    from accounts
    left join merged_counts
        on accounts.account_id = merged_counts.surviving_account_id
    left join partner_organisations
        on accounts.account_id = partner_organisations.partner_crm_account_id

)

select * from accounts_described
