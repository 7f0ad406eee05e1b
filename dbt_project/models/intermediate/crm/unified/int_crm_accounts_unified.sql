with

salesforce_accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

companies as (

    select * from {{ ref('stg_hubspot__companies') }}

),

merges as (

    select
        batch_id,
        source_row_number,
        {{ each_of('merged_record_ids', ';') }} as merged_record_id
    from companies
    where merged_record_ids is not null

),

of_salesforce as (

    select
        'salesforce' as crm,
        account_id,
        parent_account_id,
        owner_user_id,
        merged_into_account_id,
        account_name,
        account_type,
        website,
        industry,
        country,
        state,
        city,
        phone,
        duns,
        currency,
        employees_count,
        annual_revenue_amount,
        is_partner,
        is_deleted,
        created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from salesforce_accounts

),

of_hubspot as (

    select
        'hubspot' as crm,
        companies.account_id,
        companies.parent_account_id,
        companies.owner_user_id,
        cast(null as {{ type_string() }}) as merged_into_account_id,
        companies.account_name,
        coalesce(companies.lifecycle_stage, companies.account_type) as account_type,
        coalesce(companies.website, companies.domain) as website,
        companies.industry,
        companies.country,
        companies.state,
        companies.city,
        companies.phone,
        companies.duns,
        cast(null as {{ type_string() }}) as currency,
        companies.employees_count,
        companies.annual_revenue_amount,
        coalesce(
            companies.is_partner, lower(companies.account_type) in ('partner', 'reseller')
        ) as is_partner,
        companies.is_deleted,
        companies.created_at,
        companies.modified_at,
        companies.batch_id,
        companies.source_file,
        companies.source_sha256,
        companies.source_row_number,
        companies.known_step,
        companies.known_on
    from companies

),

-- Case 8: HubSpot forgets the losers of a merge but for a list of their ids on the winner.
merged_in_hubspot as (

    select
        'hubspot' as crm,
        {{ hubspot_id('merges.merged_record_id') }} as account_id,
        companies.parent_account_id,
        companies.owner_user_id,
        companies.account_id as merged_into_account_id,
        companies.account_name,
        coalesce(companies.lifecycle_stage, companies.account_type) as account_type,
        coalesce(companies.website, companies.domain) as website,
        companies.industry,
        companies.country,
        companies.state,
        companies.city,
        companies.phone,
        companies.duns,
        cast(null as {{ type_string() }}) as currency,
        companies.employees_count,
        companies.annual_revenue_amount,
        coalesce(
            companies.is_partner, lower(companies.account_type) in ('partner', 'reseller')
        ) as is_partner,
        true as is_deleted,
        companies.created_at,
        companies.modified_at,
        companies.batch_id,
        companies.source_file,
        companies.source_sha256,
        companies.source_row_number,
        companies.known_step,
        companies.known_on
    from companies
    inner join merges
        on companies.batch_id = merges.batch_id
        and companies.source_row_number = merges.source_row_number
    where merges.merged_record_id <> ''

),

unified as (

    select * from of_salesforce
    union all
    select * from of_hubspot
    union all
    select * from merged_in_hubspot

)

select * from unified
