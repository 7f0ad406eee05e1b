with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

matches as (

    select
        crm_accounts.account_id as crm_account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        'duns_equal' as rule_id,
        'DUNS ' || crm_accounts.duns || ' on both sides' as evidence
    from partner_accounts
    inner join crm_accounts
        on partner_accounts.duns = crm_accounts.duns

)

select * from matches
