with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

accounts as (

    select
        crm_accounts.account_id,
        crm_accounts.created_at,
        companies.company_id
    from crm_accounts
    inner join companies
        on 'account|' || crm_accounts.account_id = companies.record_id

),

identified as (

    select
        account_id,
        first_value(account_id) over (
            partition by company_id
            order by created_at nulls last, account_id nulls last
            rows between unbounded preceding and unbounded following
        ) as hub_account_id,
        company_id
    from accounts

)

select * from identified
