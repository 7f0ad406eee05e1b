with

keys_shared as (

    select * from {{ ref('int_company_keys_shared') }}

),

joined as (

    select * from {{ ref('int_company_groups_joined') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

companies_of_groups as (

    select
        matched.group_id,
        min(companies.company_id) as company_id
    from matched
    inner join companies
        on matched.record_id = companies.record_id
    group by matched.group_id

),

companies_of_keys as (

    select
        keys_shared.key_kind,
        keys_shared.key_value,
        companies_of_groups.company_id,
        bool_or(keys_shared.has_duns_conflict) as has_duns_conflict,
        bool_or(keys_shared.has_country_conflict) as has_country_conflict,
        min(joined.conflict) as conflict
    from keys_shared
    inner join companies_of_groups
        on keys_shared.group_id = companies_of_groups.group_id
    inner join joined
        on keys_shared.group_id = joined.group_id
    group by keys_shared.key_kind, keys_shared.key_value, companies_of_groups.company_id

),

conflicts_counted as (

    select
        companies_of_keys.*,
        cast(count(*) over (partition by key_kind, key_value) as bigint) as companies_count,
        max(conflict) over (partition by key_kind, key_value) as conflict_of_key
    from companies_of_keys

),

conflicts as (

    select
        key_kind || '|' || key_value || '|' || company_id as company_conflict_id,
        company_id,
        key_kind,
        key_value,
        companies_count,
        case
            when has_duns_conflict then 'its records have different DUNS numbers'
            when has_country_conflict then 'its records are in different countries'
            when conflict is not null then conflict
            when conflict_of_key is not null then conflict_of_key
            else 'its records stand with stronger evidence elsewhere'
        end as conflict
    from conflicts_counted
    where companies_count > 1

)

select * from conflicts
