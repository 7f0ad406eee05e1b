with

accounts as (

    select * from {{ ref('int_crm_accounts_newest') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

-- Survivors only: a merged account lives on in its winner, a deleted one is nobody's target.
current_accounts as (

    select
        accounts.account_id,
        accounts.crm,
        accounts.account_name,
        accounts.account_type,
        parents.surviving_account_id as parent_account_id,
        accounts.owner_user_id,
        accounts.website,
        accounts.industry,
        accounts.employees_count,
        accounts.annual_revenue_amount,
        accounts.country,
        accounts.state,
        accounts.city,
        accounts.phone,
        accounts.duns,
        accounts.is_partner,
        accounts.created_at,
        {{ company_date('accounts.created_at') }} as created_on,
        accounts.first_known_on,
        accounts.batch_id,
        accounts.source_file,
        accounts.source_sha256,
        accounts.source_row_number,
        accounts.known_step,
        accounts.known_on
    from accounts
    left join merged as parents
        on accounts.parent_account_id = parents.account_id
        and accounts.account_id <> parents.surviving_account_id
    where not accounts.is_deleted

)

select * from current_accounts
