{{ config(materialized='view') }}

with

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

parameters as (

    select * from {{ policy_in_force(ref('stg_policy__matching'), []) }}

),

names_behind as (

    select
        side,
        list_id,
        phone_key,
        core_words
    from company_records
    where phone_key is not null
        and core_words is not null
    group by side, list_id, phone_key, core_words

),

names_per_list as (

    select
        phone_key,
        cast(count(*) as bigint) as names_count
    from names_behind
    group by side, list_id, phone_key

),

-- The number of an office park or of whoever typed the list is no company's own.
shared as (

    select
        names_per_list.phone_key,
        max(names_per_list.names_count) as names_count
    from names_per_list
    cross join parameters
    where names_per_list.names_count > parameters.shared_domain_account_limit
    group by names_per_list.phone_key

)

select * from shared
