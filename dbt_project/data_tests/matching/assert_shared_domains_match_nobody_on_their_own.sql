-- Case 10: a pair that rests on a domain alone rests on a domain that one company owns.
with

matches as (

    select * from {{ ref('fct_account_matches') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

)

select
    matches.account_match_id,
    shared_domains.domain,
    shared_domains.kind
from matches
inner join crm_accounts
    on matches.crm_account_id = crm_accounts.account_id
inner join shared_domains
    on crm_accounts.registrable_domain = shared_domains.domain
    or crm_accounts.host = shared_domains.domain
where matches.tier = 'domain'
    and matches.decision = 'automatic'
