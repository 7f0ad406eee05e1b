with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

normalized as (

    select
        accounts.account_id,
        company_records.record_key,
        accounts.account_name,
        company_records.core_words as name_key,
        company_records.host,
        company_records.registrable_domain,
        company_records.public_suffix,
        company_records.suffix_section,
        company_records.duns,
        company_records.country_code,
        accounts.created_at,
        accounts.batch_id,
        accounts.source_file,
        accounts.source_sha256,
        accounts.source_row_number,
        accounts.known_step,
        accounts.known_on
    from accounts
    inner join company_records
        on accounts.account_id = company_records.record_id
        and company_records.side = 'crm'

)

select * from normalized
