with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

joined as (

    select * from {{ ref('int_company_groups_joined') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

components as (

    select
        component_id,
        cast(count(*) as bigint) as groups_count
    from joined
    group by component_id

),

company_records as (

    select
        records.record_id,
        companies.company_id,
        records.record_kind,
        records.account_id,
        records.partner_id,
        records.partner_account_id,
        case
            when matched.joined_by <> 'alone' then matched.joined_by
            when components.groups_count > 1 then joined.key_kind
            else 'alone'
        end as joined_by,
        case when components.groups_count > 1 then joined.key_kind end as group_joined_by,
        case when components.groups_count > 1 then joined.key_value end as group_joined_value,
        companies.founder_record_id,
        companies.keeper_record_id,
        companies.founded_step,
        companies.founded_on,
        records.first_known_on
    from records
    inner join companies
        on records.record_id = companies.record_id
    inner join matched
        on records.record_id = matched.record_id
    inner join joined
        on matched.group_id = joined.group_id
    inner join components
        on joined.component_id = components.component_id

)

select * from company_records
