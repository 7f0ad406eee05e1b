with

records as (

    select * from {{ ref('int_company_records_listed') }}
    where record_kind <> 'merged_account'

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

described as (

    select
        companies.company_id,
        records.record_id,
        records.crm_account_id,
        records.partner_id,
        coalesce(crm_accounts.account_name, partner_accounts.account_name) as company_name,
        records.own_domain,
        records.duns,
        records.country_code,
        coalesce(crm_accounts.batch_id, partner_accounts.batch_id) as batch_id,
        coalesce(crm_accounts.source_file, partner_accounts.source_file) as source_file,
        coalesce(crm_accounts.source_sha256, partner_accounts.source_sha256) as source_sha256,
        coalesce(crm_accounts.source_row_number, partner_accounts.source_row_number)
            as source_row_number,
        row_number() over (
            partition by companies.company_id
            order by
                records.crm_account_id is null nulls last,
                crm_accounts.created_at nulls last,
                records.first_known_step nulls last,
                records.record_id nulls last
        ) as speaking_rank
    from records
    inner join companies
        on records.record_id = companies.record_id
    left join crm_accounts
        on records.crm_account_id = crm_accounts.account_id
    left join partner_accounts
        on records.partner_id = partner_accounts.partner_id
        and records.partner_account_id = partner_accounts.partner_account_id

)

select * from described
where speaking_rank = 1
