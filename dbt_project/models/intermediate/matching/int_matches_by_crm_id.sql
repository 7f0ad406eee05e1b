with

-- A platform may pair one record of the partner with several of ours.
partner_accounts as (

    select * from {{ ref('int_partner_pairs_reported') }}

),

crm_ids as (

    select * from {{ ref('int_crm_ids_spelled') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

matches as (

    select
        crm_accounts.account_id as crm_account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        'crm_id' as tier,
        'The partner hands back our id ' || min(partner_accounts.crm_account_id) as evidence
    from partner_accounts
    inner join crm_ids
        on partner_accounts.crm_account_id = crm_ids.written_id
    inner join crm_accounts
        on crm_ids.surviving_account_id = crm_accounts.account_id
    group by
        crm_accounts.account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id

)

select * from matches
