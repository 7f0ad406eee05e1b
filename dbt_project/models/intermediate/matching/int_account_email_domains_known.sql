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
own_domains as (

    select
        websites.website,
        hosts.unicode_domain as own_domain
    from websites
    inner join hosts
        on websites.host = hosts.host
        and hosts.unicode_domain is not null
    where not exists (
            select shared_domains.domain from shared_domains
            where shared_domains.domain in (hosts.unicode_domain, hosts.unicode_host)
        )

),

known as (

    select
        'crm|' || merged.surviving_account_id as record_key,
        own_domains.own_domain as email_domain
    from contacts
    inner join merged
        on contacts.account_id = merged.account_id
    inner join own_domains
        on {{ email_host('contacts.email') }} = own_domains.website
    where not contacts.is_deleted
    group by merged.surviving_account_id, own_domains.own_domain

)

select * from known
