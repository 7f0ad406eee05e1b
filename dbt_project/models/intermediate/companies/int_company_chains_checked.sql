with

chained as (

    select * from {{ ref('int_company_groups_chained') }}

),

keys_shared as (

    select * from {{ ref('int_company_keys_shared') }}
    where groups_count > 1

),

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

decisions as (

    select * from {{ ref('int_match_decisions_in_force') }}
    where decision = 'reject'

),

chains as (

    select
        chain_id,
        cast(count(*) as bigint) as groups_count
    from chained
    group by chain_id

),

-- Where one key still has groups of two chains, the chain is longer than the rounds follow it.
chains_of_keys as (

    select
        chained.chain_id,
        min(chained.chain_id) over (partition by keys_shared.key_id) as first_chain_id,
        max(chained.chain_id) over (partition by keys_shared.key_id) as last_chain_id
    from keys_shared
    inner join chained
        on keys_shared.group_id = chained.group_id

),

endless as (

    select chain_id from chains_of_keys
    where first_chain_id <> last_chain_id
    group by chain_id

),

records_of_chains as (

    select
        chained.chain_id,
        chained.group_id,
        records.account_id,
        records.partner_id,
        records.partner_account_id,
        records.duns,
        records.own_domain,
        records.name_key,
        records.country_code
    from chained
    inner join matched
        on chained.group_id = matched.group_id
    inner join records
        on matched.record_id = records.record_id

),

identities as (

    select
        chain_id,
        group_id,
        'duns' as identity_kind,
        duns as identity_value
    from records_of_chains
    where duns is not null

    union

    select
        chain_id,
        group_id,
        'domain' as identity_kind,
        own_domain as identity_value
    from records_of_chains
    where own_domain is not null

    union

    select
        chain_id,
        group_id,
        'name' as identity_kind,
        name_key as identity_value
    from records_of_chains
    where name_key is not null

    union

    select
        chain_id,
        group_id,
        'country' as identity_kind,
        country_code as identity_value
    from records_of_chains
    where country_code is not null

),

identities_held as (

    select
        chain_id,
        identity_kind,
        identity_value,
        cast(count(*) as bigint) as groups_count
    from identities
    group by chain_id, identity_kind, identity_value

),

most_held as (

    select
        chain_id,
        max(case when identity_kind = 'duns' then groups_count end) as same_duns_count,
        max(case when identity_kind = 'domain' then groups_count end) as same_domain_count,
        max(case when identity_kind = 'name' then groups_count end) as same_name_count,
        max(case when identity_kind = 'country' then groups_count end) as same_country_count
    from identities_held
    group by chain_id

),

groups_identified as (

    select
        chain_id,
        group_id,
        identity_kind
    from identities
    group by chain_id, group_id, identity_kind

),

holders as (

    select
        chain_id,
        cast(sum(case when identity_kind = 'duns' then 1 else 0 end) as bigint) as with_duns_count,
        cast(sum(case when identity_kind = 'domain' then 1 else 0 end) as bigint)
            as with_domain_count,
        cast(sum(case when identity_kind = 'name' then 1 else 0 end) as bigint) as with_name_count,
        cast(sum(case when identity_kind = 'country' then 1 else 0 end) as bigint)
            as with_country_count
    from groups_identified
    group by chain_id

),

-- A pair that a person rejected never comes back through a third record.
chains_rejected as (

    select accounts.chain_id
    from decisions
    inner join records_of_chains as accounts
        on decisions.crm_account_id = accounts.account_id
    inner join records_of_chains as partner_records
        on decisions.partner_id = partner_records.partner_id
        and decisions.partner_account_id = partner_records.partner_account_id
        and accounts.chain_id = partner_records.chain_id
        and accounts.group_id <> partner_records.group_id
    group by accounts.chain_id

),

weighed as (

    select
        chains.chain_id,
        chains.groups_count,
        most_held.same_duns_count < holders.with_duns_count as has_several_duns,
        coalesce(most_held.same_duns_count = chains.groups_count, false) as has_one_duns,
        most_held.same_domain_count < holders.with_domain_count as has_several_domains,
        most_held.same_name_count < holders.with_name_count as has_several_names,
        most_held.same_country_count < holders.with_country_count as has_several_countries,
        endless.chain_id is not null as is_endless,
        chains_rejected.chain_id is not null as has_rejected_pair
    from chains
    left join most_held
        on chains.chain_id = most_held.chain_id
    left join holders
        on chains.chain_id = holders.chain_id
    left join endless
        on chains.chain_id = endless.chain_id
    left join chains_rejected
        on chains.chain_id = chains_rejected.chain_id

),

-- Every group of a chain must agree with every other in something: two DUNS numbers never do, and
-- different domains with different names do not either, nor do houses in different countries,
-- however short the steps between them.
checked as (

    select
        chain_id,
        groups_count,
        case
            when has_rejected_pair then 'a person told two of its records apart'
            when is_endless then 'the chain is longer than is followed'
            when has_several_duns then 'its records have different DUNS numbers'
            when has_several_domains and has_several_names and not has_one_duns
            then 'its records have different domains and different names'
            when has_several_countries and not has_one_duns
            then 'its records are in different countries'
        end as conflict
    from weighed

)

select * from checked
