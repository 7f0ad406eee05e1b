with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

members as (

    select
        matched.group_id,
        records.record_kind,
        records.name_key,
        records.own_domain,
        records.own_host,
        records.country_code,
        records.duns
    from records
    inner join matched
        on records.record_id = matched.record_id

),

group_facts as (

    select
        group_id,
        min(duns) as duns,
        min(country_code) as country_code,
        max(case when record_kind = 'crm_account' then 1 else 0 end) as has_account
    from members
    group by group_id

),

-- Exact equality only: one number, or one name behind one domain of its own. What is known from
-- partners alone is one company behind one host in one country: a group's houses abroad share its
-- website (of pairs with one host 95 % are one company, of pairs with one country as well 99 %).
keys_of_groups as (

    select
        group_id,
        1 as kind_rank,
        'duns' as key_kind,
        duns as key_value
    from members
    where duns is not null

    union

    select
        group_id,
        2 as kind_rank,
        'name_and_domain' as key_kind,
        own_domain || ' ' || name_key as key_value
    from members
    where own_domain is not null
        and name_key is not null

    union

    select
        members.group_id,
        3 as kind_rank,
        'host_and_country' as key_kind,
        members.own_host || ' ' || members.country_code as key_value
    from members
    inner join group_facts
        on members.group_id = group_facts.group_id
    where members.own_host is not null
        and members.country_code is not null
        and group_facts.has_account = 0

),

keys_compared as (

    select
        keys_of_groups.group_id,
        keys_of_groups.kind_rank,
        keys_of_groups.key_kind,
        keys_of_groups.key_value,
        group_facts.duns,
        group_facts.country_code,
        min(group_facts.country_code) over (
            partition by keys_of_groups.key_kind, keys_of_groups.key_value
        ) as least_country_code,
        max(group_facts.country_code) over (
            partition by keys_of_groups.key_kind, keys_of_groups.key_value
        ) as greatest_country_code,
        min(group_facts.duns) over (
            partition by keys_of_groups.key_kind, keys_of_groups.key_value
        ) as least_duns,
        max(group_facts.duns) over (
            partition by keys_of_groups.key_kind, keys_of_groups.key_value
        ) as greatest_duns,
        cast(count(*) over (
            partition by keys_of_groups.key_kind, keys_of_groups.key_value
        ) as bigint) as all_groups_count
    from keys_of_groups
    inner join group_facts
        on keys_of_groups.group_id = group_facts.group_id

),

-- Case 13: groups whose DUNS numbers differ are not joined by a name or a host, nor are houses of
-- one name in different countries; one without a number or country chooses between none of them.
keys_told_apart as (

    select
        group_id,
        kind_rank,
        key_kind,
        key_value,
        case
            when key_kind <> 'duns' and least_duns <> greatest_duns then coalesce(duns, 'no DUNS')
            else ''
        end
        || case
            when key_kind = 'name_and_domain' and least_country_code <> greatest_country_code
            then ' ' || coalesce(country_code, 'no country')
            else ''
        end as told_apart_by,
        coalesce(key_kind <> 'duns' and least_duns <> greatest_duns, false) as has_duns_conflict,
        coalesce(
            key_kind = 'name_and_domain' and least_country_code <> greatest_country_code, false
        ) as has_country_conflict
    from keys_compared
    where all_groups_count > 1

),

keys_counted as (

    select
        keys_told_apart.*,
        cast(count(*) over (
            partition by key_kind, key_value, told_apart_by
        ) as bigint) as groups_count
    from keys_told_apart

),

shared as (

    select
        group_id,
        key_kind || '|' || key_value || '|' || told_apart_by as key_id,
        key_kind,
        key_value,
        has_duns_conflict,
        has_country_conflict,
        groups_count,
        row_number() over (
            partition by group_id
            order by
                case when groups_count > 1 then 0 else 1 end nulls last,
                kind_rank nulls last,
                groups_count desc nulls last,
                key_value nulls last
        ) as key_rank
    from keys_counted

)

select * from shared
