with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

websites as (

    select * from {{ ref('int_websites_cleaned') }}

),

hosts as (

    select * from {{ ref('int_hosts_registered') }}

),

countries as (

    select * from {{ ref('country_names') }}

),

normalized as (

    select
        accounts.account_id,
        accounts.account_name,
        {{ name_key('accounts.account_name') }} as name_key,
        websites.host,
        hosts.registrable_domain,
        hosts.public_suffix,
        hosts.suffix_section,
        {{ duns_number('accounts.duns') }} as duns,
        countries.country_code,
        accounts.created_at,
        accounts.batch_id,
        accounts.source_file,
        accounts.source_sha256,
        accounts.source_row_number,
        accounts.known_step,
        accounts.known_on
    from accounts
    left join websites
        on accounts.website = websites.website
    left join hosts
        on websites.host = hosts.host
    left join countries
        on lower(trim(accounts.country)) = countries.country_name

)

select * from normalized
