with

company_records as (

    select * from {{ ref('int_company_records_unified') }}

),

company_names as (

    select * from {{ ref('int_company_names_normalized') }}

),

texts_folded as (

    select * from {{ ref('int_texts_folded') }}

),

cores as (

    select * from {{ ref('int_company_cores_weighted') }}

),

websites as (

    select * from {{ ref('int_websites_cleaned') }}

),

hosts as (

    select * from {{ ref('int_hosts_registered') }}

),

keys_of_records as (

    select
        company_records.side,
        company_records.list_id,
        company_records.record_id,
        company_records.record_key,
        company_records.parent_record_id,
        company_records.account_name,
        company_names.name_words,
        company_names.core_words,
        company_names.alternative_words,
        cores.compact_name,
        case
            when company_names.core_words is not null
            then replace(company_names.name_words, ' ', '')
        end as whole_compact,
        cores.weighted_words,
        cores.core_weight,
        cores.words_count,
        cores.initials,
        hosts.unicode_host as host,
        hosts.unicode_domain as registrable_domain,
        hosts.unicode_suffix as public_suffix,
        hosts.suffix_section,
        {{ linkedin_slug('company_records.website') }} as linkedin_slug,
        {{ duns_number('company_records.duns') }} as duns,
        {{ phone_key('company_records.phone') }} as phone_key,
        company_records.country_code,
        company_records.country_key,
        {{ city_key(
            'coalesce(folded_cities.folded_text, lower(company_records.city))'
        ) }} as city_key
    from company_records
    left join company_names
        on company_records.account_name = company_names.account_name
        and coalesce(company_records.country_code, '') = company_names.country_code
    left join texts_folded as folded_cities
        on company_records.city = folded_cities.typed_text
    left join cores
        on company_names.core_words = cores.core_words
    left join websites
        on company_records.website = websites.website
    left join hosts
        on websites.host = hosts.host

),

normalized as (

    select
        keys_of_records.*,
        case
            when registrable_domain is not null
            then replace(
                substr(registrable_domain, 1, length(registrable_domain) - length(public_suffix) - 1),
                '-', ''
            )
        end as domain_label
    from keys_of_records

)

select * from normalized
