with

contacts as (

    select * from {{ ref('int_crm_contacts_unified') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

websites as (

    select * from {{ ref('int_websites_cleaned') }}

),

hosts as (

    select * from {{ ref('int_hosts_registered') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

-- The same exclusions as for websites: a mailbox at a free provider says nothing of a company.
known as (

    select
        'crm|' || merged.surviving_account_id as record_key,
        hosts.unicode_domain as email_domain
    from contacts
    inner join merged
        on contacts.account_id = merged.account_id
    inner join websites
        on {{ email_host('contacts.email') }} = websites.website
    inner join hosts
        on websites.host = hosts.host
    where hosts.unicode_domain is not null
        and not contacts.is_deleted
        and not exists (
            select 1 from shared_domains
            where shared_domains.domain in (hosts.unicode_domain, hosts.unicode_host)
        )
    group by merged.surviving_account_id, hosts.unicode_domain

)

select * from known
