with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

-- Accounts with the same name behind the same own domain are one company entered twice.
company_keys as (

    select
        crm_accounts.account_id,
        crm_accounts.created_at,
        case
            when shared_domains.domain is null and crm_accounts.registrable_domain is not null
            then crm_accounts.registrable_domain || '|' || coalesce(crm_accounts.name_key, '')
            else crm_accounts.account_id
        end as company_key
    from crm_accounts
    left join shared_domains
        on crm_accounts.registrable_domain = shared_domains.domain

),

hubs as (

    select
        account_id,
        first_value(account_id) over (
            partition by company_key
            order by created_at nulls last, account_id nulls last
            rows between unbounded preceding and unbounded following
        ) as hub_account_id
    from company_keys

),

identified as (

    select
        account_id,
        hub_account_id,
        'co_' || {{ hash_id(['hub_account_id']) }} as company_id
    from hubs

)

select * from identified
