-- What people joined is one company to the last record: else the rounds of label propagation in
-- int_company_records_accepted have not reached the end of a chain.
with

matches as (

    select * from {{ ref('int_matches_decided') }}
    where decision = 'accepted'

),

accepted as (

    select * from {{ ref('int_company_records_accepted') }}

),

records as (

    select * from {{ ref('int_company_records_listed') }}

)

select
    matches.crm_account_id,
    matches.partner_id,
    matches.partner_account_id
from matches
inner join records
    on matches.partner_id = records.partner_id
    and matches.partner_account_id = records.partner_account_id
inner join accepted as account_groups
    on 'account|' || matches.crm_account_id = account_groups.record_id
left join accepted as partner_groups
    on records.record_id = partner_groups.record_id
where account_groups.group_id is distinct from partner_groups.group_id
