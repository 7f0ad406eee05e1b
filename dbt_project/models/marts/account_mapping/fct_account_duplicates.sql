with

duplicates as (

    select * from {{ ref('int_account_duplicates_found') }}

),

records as (

    select * from {{ ref('int_company_records_listed') }}

),

account_duplicates as (

    select
        duplicates.record_id,
        case when records.partner_id is null then 'crm' else 'partner' end as list_kind,
        records.partner_id,
        coalesce(records.account_id, records.partner_account_id) as account_id,
        coalesce(originals.account_id, originals.partner_account_id) as duplicate_of_account_id,
        duplicates.rule_id,
        case duplicates.rule_id
            when 'same_duns' then 'DUNS ' || duplicates.sign_value || ' in both'
            when 'same_name_and_domain'
            then 'Name and domain ' || duplicates.sign_value || ' in both'
            when 'same_host' then 'Host ' || duplicates.sign_value || ' in both'
            when 'same_name_and_country'
            then 'Name and country ' || duplicates.sign_value || ' in both'
            else 'Both stand for one company through other records'
        end
        || case
            when records.duns <> originals.duns
            then '; DUNS differ, ' || records.duns || ' and ' || originals.duns
            else ''
        end as evidence,
        case
            when duplicates.company_id = duplicates.duplicate_of_company_id then 'duplicate'
            else 'review'
        end as decision,
        duplicates.company_id,
        duplicates.duplicate_of_company_id
    from duplicates
    inner join records
        on duplicates.record_id = records.record_id
    inner join records as originals
        on duplicates.duplicate_of_record_id = originals.record_id

)

select * from account_duplicates
