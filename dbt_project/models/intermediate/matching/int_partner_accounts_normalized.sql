with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

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
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.crm_account_id,
        partner_accounts.account_name,
        {{ name_key('partner_accounts.account_name') }} as name_key,
        websites.host,
        hosts.registrable_domain,
        hosts.public_suffix,
        hosts.suffix_section,
        {{ duns_number('partner_accounts.duns') }} as duns,
        countries.country_code,
        partner_accounts.is_in_force,
        partner_accounts.batch_id,
        partner_accounts.source_file,
        partner_accounts.source_sha256,
        partner_accounts.source_row_number,
        partner_accounts.known_step,
        partner_accounts.known_on
    from partner_accounts
    left join websites
        on partner_accounts.website = websites.website
    left join hosts
        on websites.host = hosts.host
    left join countries
        on lower(trim(partner_accounts.country)) = countries.country_name

)

select * from normalized
