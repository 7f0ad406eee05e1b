with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

-- Case 10: a shared domain never matches on its own, nor does a host of it.
crm_hosts as (

    select
        crm_accounts.account_id,
        crm_accounts.host,
        crm_accounts.registrable_domain
    from crm_accounts
    where crm_accounts.registrable_domain is not null
        and not exists (
            select 1 from shared_domains
            where shared_domains.domain = crm_accounts.registrable_domain
        )
        and not exists (
            select 1 from shared_domains
            where shared_domains.domain = crm_accounts.host
        )

),

partner_hosts as (

    select
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.host,
        partner_accounts.registrable_domain
    from partner_accounts
    where partner_accounts.registrable_domain is not null
        and not exists (
            select 1 from shared_domains
            where shared_domains.domain = partner_accounts.host
        )

),

-- Case 11: the registrable domain makes the pair, the hosts say how strong it is.
matches as (

    select
        crm_hosts.account_id as crm_account_id,
        partner_hosts.partner_id,
        partner_hosts.partner_account_id,
        case
            when crm_hosts.host = partner_hosts.host then 'domain_same_host'
            when crm_hosts.host = crm_hosts.registrable_domain
                or partner_hosts.host = partner_hosts.registrable_domain
            then 'domain_below_own'
            else 'domain_sibling_hosts'
        end as rule_id,
        case
            when crm_hosts.host = partner_hosts.host
            then 'Host ' || crm_hosts.host || ' on both sides'
            else 'Domain ' || crm_hosts.registrable_domain || ' on both sides: ours is '
                || crm_hosts.host || ', theirs ' || partner_hosts.host
        end as evidence
    from partner_hosts
    inner join crm_hosts
        on partner_hosts.registrable_domain = crm_hosts.registrable_domain

)

select * from matches
