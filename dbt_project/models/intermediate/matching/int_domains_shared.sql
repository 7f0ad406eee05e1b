with

seeded as (

    select * from {{ ref('shared_domains') }}

),

policy_rows as (

    select * from {{ policy_in_force(
        ref('stg_policy__shared_domains'), ['domain'], 'policy', 'shared_domains'
    ) }}

),

parameters as (

    select * from {{ policy_in_force(ref('stg_policy__matching'), []) }}

),

registry_suffixes as (

    select * from {{ ref('registry_suffixes') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

),

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

-- Counted by name, so that the same company entered twice does not make its domain a shared one,
-- nor do its houses in several countries whose names hold the domain's own.
names_behind as (

    select
        company_records.side,
        company_records.list_id,
        company_records.registrable_domain,
        company_records.core_words
    from company_records
    left join partner_accounts
        on company_records.list_id = partner_accounts.partner_id
        and company_records.record_id = partner_accounts.partner_account_id
    where company_records.registrable_domain is not null
        and company_records.core_words is not null
        and (
            length(company_records.domain_label) < 4
            or not contains(company_records.compact_name, company_records.domain_label)
        )
        and coalesce(partner_accounts.is_in_force, true)
    group by
        company_records.side,
        company_records.list_id,
        company_records.registrable_domain,
        company_records.core_words

),

names_per_list as (

    select
        registrable_domain,
        cast(count(*) as bigint) as names_count
    from names_behind
    group by side, list_id, registrable_domain

),

names_per_domain as (

    select
        registrable_domain,
        max(names_count) as names_count
    from names_per_list
    group by registrable_domain

),

found as (

    select
        names_per_domain.registrable_domain as domain,
        'found_in_lists' as kind,
        cast(names_per_domain.names_count as {{ type_string() }})
        || ' accounts of one list stand behind it' as reason
    from names_per_domain
    cross join parameters
    where names_per_domain.names_count > parameters.shared_domain_account_limit

),

suffixes_in_use as (

    select
        registrable_domain,
        public_suffix,
        suffix_section
    from company_records
    where registrable_domain is not null
    group by registrable_domain, public_suffix, suffix_section

),

-- Names below a private suffix are customers of a host; names below no listed suffix are not
-- reachable by the public at all.
below_suffixes as (

    select
        suffixes_in_use.registrable_domain as domain,
        case suffixes_in_use.suffix_section
            when 'private' then 'hosting'
            else 'unlisted_suffix'
        end as kind,
        'It lies below ' || suffixes_in_use.public_suffix as reason
    from suffixes_in_use
    left join registry_suffixes
        on suffixes_in_use.public_suffix = registry_suffixes.suffix
    where suffixes_in_use.suffix_section <> 'icann'
        and registry_suffixes.suffix is null

),

all_sources as (

    select
        domain,
        kind,
        reason,
        1 as source_rank
    from seeded

    union all

    select
        lower(domain) as domain,
        kind,
        reason,
        2 as source_rank
    from policy_rows

    union all

    select
        domain,
        kind,
        reason,
        3 as source_rank
    from below_suffixes

    union all

    select
        domain,
        kind,
        reason,
        4 as source_rank
    from found

),

sources_ranked as (

    select
        all_sources.*,
        row_number() over (
            partition by domain
            order by source_rank nulls last, kind nulls last, reason nulls last
        ) as domain_rank
    from all_sources

),

shared as (

    select
        domain,
        kind,
        reason
    from sources_ranked
    where domain_rank = 1

)

select * from shared
