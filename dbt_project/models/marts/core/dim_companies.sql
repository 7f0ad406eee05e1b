with

described as (

    select * from {{ ref('int_company_records_described') }}

),

records as (

    select * from {{ ref('int_company_records_listed') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

families as (

    select * from {{ ref('int_company_families_resolved') }}

),

members_counted as (

    select
        companies.company_id,
        min(companies.founded_on) as known_since_on,
        cast(sum(case when records.record_kind = 'crm_account' then 1 else 0 end) as bigint)
            as crm_accounts_count,
        cast(sum(case when records.record_kind = 'merged_account' then 1 else 0 end) as bigint)
            as merged_accounts_count,
        cast(sum(case when records.record_kind = 'partner_record' then 1 else 0 end) as bigint)
            as partner_records_count,
        cast(count(distinct records.partner_id) as bigint) as partners_count
    from companies
    inner join records
        on companies.record_id = records.record_id
    group by companies.company_id

),

-- Every value of a company is that of one record, so that a partner's words stay that partner's.
companies_described as (

    select
        described.company_id,
        described.company_name,
        described.own_domain as domain,
        described.duns,
        described.country_code,
        described.crm_account_id as hub_account_id,
        described.partner_id as source_partner_id,
        members_counted.crm_accounts_count,
        members_counted.merged_accounts_count,
        members_counted.partner_records_count,
        members_counted.partners_count,
        coalesce(families.family_company_id, described.company_id) as family_company_id,
        case
            when families.company_id is null then cast(0 as bigint)
            else families.levels_count
        end as family_level,
        coalesce(families.is_endless, false) as has_endless_parents,
        members_counted.known_since_on,
        described.batch_id,
        described.source_file,
        described.source_sha256,
        described.source_row_number
    from described
    inner join members_counted
        on described.company_id = members_counted.company_id
    left join families
        on described.company_id = families.company_id

)

select * from companies_described
