with

partners as (

    select * from {{ ref('dim_partners') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

stated as (

    select
        partner_id,
        crm_account_id,
        min(known_step) as stated_step
    from {{ ref('stg_templates__partners') }}
    where crm_account_id is not null
    group by partner_id, crm_account_id

),

-- Every id that the partner's own CRM account ever had leads to the partner (case 8).
organisations as (

    select
        merged.account_id as partner_crm_account_id,
        min(partners.partner_id) as partner_id,
        min(coalesce(stated.stated_step, 0)) as known_step
    from partners
    inner join merged as partner_accounts
        on partners.crm_account_id = partner_accounts.account_id
    left join stated
        on partners.partner_id = stated.partner_id
        and partners.crm_account_id = stated.crm_account_id
    inner join merged
        on partner_accounts.surviving_account_id = merged.surviving_account_id
    group by merged.account_id

)

select * from organisations
