with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

crm_accounts_ever as (

    select * from {{ ref('int_crm_accounts_newest') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

partner_rows as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

-- A record is as old as the step that first named it, whatever became of it since.
partner_accounts_first_known as (

    select
        partner_id,
        partner_account_id,
        min(known_step) as first_known_step,
        min(known_on) as first_known_on
    from partner_rows
    group by partner_id, partner_account_id

),

-- Case 8: an account that was merged away stays a record of the company, so that the company
-- keeps its id; what identifies the company is what the survivor says.
accounts as (

    select
        'account|' || crm_accounts_ever.account_id as record_id,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id then 'crm_account'
            else 'merged_account'
        end as record_kind,
        crm_accounts_ever.account_id,
        crm_accounts.account_id as crm_account_id,
        cast(null as {{ type_string() }}) as partner_id,
        cast(null as {{ type_string() }}) as partner_account_id,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id
            then nullif(crm_accounts.name_key, '')
        end as name_key,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id
            then crm_accounts.registrable_domain
        end as registrable_domain,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id then crm_accounts.host
        end as host,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id then crm_accounts.duns
        end as duns,
        case
            when crm_accounts_ever.account_id = crm_accounts.account_id
            then crm_accounts.country_code
        end as country_code,
        crm_accounts_ever.first_known_step,
        crm_accounts_ever.first_known_on
    from merged
    inner join crm_accounts_ever
        on merged.account_id = crm_accounts_ever.account_id
    inner join crm_accounts
        on merged.surviving_account_id = crm_accounts.account_id

),

partner_records as (

    select
        'partner|' || partner_accounts.partner_id || '|' || partner_accounts.partner_account_id
            as record_id,
        'partner_record' as record_kind,
        cast(null as {{ type_string() }}) as account_id,
        cast(null as {{ type_string() }}) as crm_account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        nullif(partner_accounts.name_key, '') as name_key,
        partner_accounts.registrable_domain,
        partner_accounts.host,
        partner_accounts.duns,
        partner_accounts.country_code,
        partner_accounts_first_known.first_known_step,
        partner_accounts_first_known.first_known_on
    from partner_accounts
    inner join partner_accounts_first_known
        on partner_accounts.partner_id = partner_accounts_first_known.partner_id
        and partner_accounts.partner_account_id = partner_accounts_first_known.partner_account_id
    where partner_accounts.is_in_force

),

records as (

    select * from accounts

    union all

    select * from partner_records

),

-- Case 10: a domain that serves many companies identifies none of them.
listed as (

    select
        records.record_id,
        records.record_kind,
        records.account_id,
        records.crm_account_id,
        records.partner_id,
        records.partner_account_id,
        records.name_key,
        case
            when shared_domains.domain is null and shared_hosts.domain is null
            then records.registrable_domain
        end as own_domain,
        case
            when shared_domains.domain is null and shared_hosts.domain is null then records.host
        end as own_host,
        records.duns,
        records.country_code,
        records.first_known_step,
        records.first_known_on
    from records
    left join shared_domains
        on records.registrable_domain = shared_domains.domain
    left join shared_domains as shared_hosts
        on records.host = shared_hosts.domain

)

select * from listed
