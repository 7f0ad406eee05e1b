with

-- A platform may pair one record of the partner with several of ours.
partner_accounts as (

    select * from {{ ref('int_partner_pairs_reported') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

-- A CRM id of 18 characters is the one of 15 with a check sum; partners hand back either. Of a
-- company in HubSpot they know the number alone, as its portal shows it.
ids as (

    select
        account_id as handed_back_id,
        surviving_account_id
    from merged

    union all

    select
        substr(account_id, 1, 15) as handed_back_id,
        min(surviving_account_id) as surviving_account_id
    from merged
    where length(account_id) = 18 and account_id not like 'hubspot:%'
    group by substr(account_id, 1, 15)

    union all

    select
        substr(account_id, 9) as handed_back_id,
        surviving_account_id
    from merged
    where account_id like 'hubspot:%'

),

matches as (

    select
        crm_accounts.account_id as crm_account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        'crm_id' as tier,
        'The partner hands back our id ' || min(partner_accounts.crm_account_id) as evidence
    from partner_accounts
    inner join ids
        on partner_accounts.crm_account_id = ids.handed_back_id
    inner join crm_accounts
        on ids.surviving_account_id = crm_accounts.account_id
    group by
        crm_accounts.account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id

)

select * from matches
