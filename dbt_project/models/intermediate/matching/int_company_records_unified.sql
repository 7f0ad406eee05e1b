with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

),

countries as (

    select * from {{ ref('country_names') }}

),

all_records as (

    select
        'crm' as side,
        'crm' as list_id,
        account_id as record_id,
        'crm|' || account_id as record_key,
        account_name,
        website,
        duns,
        phone,
        country,
        state,
        city,
        industry,
        parent_account_id as parent_record_id
    from crm_accounts

    union all

    select
        'partner' as side,
        partner_id as list_id,
        partner_account_id as record_id,
        partner_id || '|' || partner_account_id as record_key,
        account_name,
        website,
        duns,
        phone,
        country,
        state,
        city,
        industry,
        parent_partner_account_id as parent_record_id
    from partner_accounts

),

unified as (

    select
        all_records.*,
        countries.country_code,
        -- A country that nobody knows still agrees with itself.
        lower(coalesce(countries.country_code, nullif(trim(all_records.country), ''))) as country_key
    from all_records
    left join countries
        on lower(trim(all_records.country)) = countries.country_name

)

select * from unified
