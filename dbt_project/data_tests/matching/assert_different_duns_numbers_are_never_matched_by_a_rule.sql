-- Case 13: two DUNS numbers that differ are two companies until a person says otherwise.
with

matches as (

    select * from {{ ref('fct_account_matches') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

)

select
    matches.account_match_id,
    crm_accounts.duns as crm_duns,
    partner_accounts.duns as partner_duns
from matches
inner join crm_accounts
    on matches.crm_account_id = crm_accounts.account_id
inner join partner_accounts
    on matches.partner_id = partner_accounts.partner_id
    and matches.partner_account_id = partner_accounts.partner_account_id
where matches.decision = 'automatic'
    and crm_accounts.duns <> partner_accounts.duns
