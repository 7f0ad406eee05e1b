with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

),

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

normalized as (

    select
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        company_records.record_key,
        partner_accounts.crm_account_id,
        partner_accounts.account_name,
        company_records.core_words as name_key,
        company_records.host,
        company_records.registrable_domain,
        company_records.public_suffix,
        company_records.suffix_section,
        company_records.duns,
        company_records.country_code,
        partner_accounts.is_in_force,
        partner_accounts.batch_id,
        partner_accounts.source_file,
        partner_accounts.source_sha256,
        partner_accounts.source_row_number,
        partner_accounts.known_step,
        partner_accounts.known_on
    from partner_accounts
    inner join company_records
        on partner_accounts.partner_id = company_records.list_id
        and partner_accounts.partner_account_id = company_records.record_id
        and company_records.side = 'partner'

)

select * from normalized
