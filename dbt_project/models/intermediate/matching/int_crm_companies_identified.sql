with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

identified as (

    select
        crm_accounts.account_id,
        companies.company_id
    from crm_accounts
    inner join companies
        on 'account|' || crm_accounts.account_id = companies.record_id

)

select * from identified
