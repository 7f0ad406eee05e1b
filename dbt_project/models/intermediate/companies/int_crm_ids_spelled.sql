{{ config(materialized='view') }}

with

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

-- A CRM id of 18 characters is the one of 15 with a check sum, and people and partners write
-- either. Of a company in HubSpot they know the number alone, as its portal shows it.
spelled as (

    select
        account_id as written_id,
        surviving_account_id
    from merged

    union all

    select
        substr(account_id, 1, 15) as written_id,
        min(surviving_account_id) as surviving_account_id
    from merged
    where length(account_id) = 18
        and account_id not like 'hubspot:%'
    group by substr(account_id, 1, 15)

    union all

    select
        substr(account_id, 9) as written_id,
        surviving_account_id
    from merged
    where account_id like 'hubspot:%'

),

spelled_once as (

    select
        written_id,
        min(surviving_account_id) as surviving_account_id
    from spelled
    group by written_id

)

select * from spelled_once
