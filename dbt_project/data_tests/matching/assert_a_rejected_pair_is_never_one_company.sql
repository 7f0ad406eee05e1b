-- What a person told apart does not come back through a third record, unless people themselves
-- accepted a way from one to the other.
with

decisions as (

    select * from {{ ref('int_match_decisions_in_force') }}
    where decision = 'reject'

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

accepted as (

    select * from {{ ref('int_company_records_accepted') }}

)

select
    decisions.crm_account_id,
    decisions.partner_id,
    decisions.partner_account_id
from decisions
inner join companies as ours
    on 'account|' || decisions.crm_account_id = ours.record_id
inner join companies as theirs
    on 'partner|' || decisions.partner_id || '|' || decisions.partner_account_id = theirs.record_id
left join accepted as our_groups
    on ours.record_id = our_groups.record_id
left join accepted as their_groups
    on theirs.record_id = their_groups.record_id
where ours.company_id = theirs.company_id
    and coalesce(our_groups.group_id <> their_groups.group_id, true)
