with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

-- What all records of a group say together stands beside each of them.
members as (

    select
        matched.group_id,
        records.name_key,
        records.own_domain,
        records.own_host,
        records.country_code,
        records.duns,
        min(records.duns) over by_group as group_duns,
        min(records.country_code) over by_group as group_country_code,
        bool_or(records.record_kind = 'crm_account') over by_group as has_account
    from records
    inner join matched
        on records.record_id = matched.record_id
    window by_group as (partition by matched.group_id)

),

-- Exact equality only: one number, or one name behind one domain of its own. What is known from
-- partners alone is one company behind one host in one country: a group's houses abroad share its
-- website (of pairs with one host 95 % are one company, of pairs with one country as well 99 %).
keys_of_groups as (

    select
        group_id,
        group_duns,
        group_country_code,
        1 as kind_rank,
        'duns' as key_kind,
        duns as key_value
    from members
    where duns is not null

    union

    select
        group_id,
        group_duns,
        group_country_code,
        2 as kind_rank,
        'name_and_domain' as key_kind,
        own_domain || ' ' || name_key as key_value
    from members
    where own_domain is not null
        and name_key is not null

    union

    select
        group_id,
        group_duns,
        group_country_code,
        3 as kind_rank,
        'host_and_country' as key_kind,
        own_host || ' ' || country_code as key_value
    from members
    where own_host is not null
        and country_code is not null
        and not has_account

),

keys_compared as (

    select
        keys_of_groups.*,
        min(group_country_code) over by_key as least_country_code,
        max(group_country_code) over by_key as greatest_country_code,
        min(group_duns) over by_key as least_duns,
        max(group_duns) over by_key as greatest_duns,
        cast(count(*) over by_key as bigint) as all_groups_count
    from keys_of_groups
    window by_key as (partition by key_kind, key_value)

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
            when key_kind <> 'duns' and least_duns <> greatest_duns then coalesce(group_duns, 'no DUNS')
            else ''
        end
        || case
            when key_kind = 'name_and_domain' and least_country_code <> greatest_country_code
            then ' ' || coalesce(group_country_code, 'no country')
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
                groups_count = 1 nulls last,
                kind_rank nulls last,
                groups_count desc nulls last,
                key_value nulls last
        ) as key_rank
    from keys_counted

)

select * from shared
