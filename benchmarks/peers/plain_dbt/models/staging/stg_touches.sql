with told as (
    select partner_id, account_id, opportunity_id, touch_type, cast(left(occurred_at, 10) as date) as occurred_on
    from read_csv('{{ var("inbox") }}/partner_touches/*/*.csv', all_varchar = true, filename = true)
    qualify row_number() over (partition by touch_id order by filename desc) = 1
),

registered as (
    select partner_id, account_id, opportunity_id, cast(left(approved_at, 10) as date) as occurred_on
    from read_csv('{{ var("inbox") }}/deal_registrations/*/*.csv', all_varchar = true, filename = true)
    qualify row_number() over (partition by registration_id order by filename desc) = 1
),

activities as (
    select AccountId, WhatId, Type, ActivityDate, Partner_Account__c from {{ newest_export('Task') }}
    union all
    select AccountId, WhatId, Type, ActivityDate, Partner_Account__c from {{ newest_export('Event') }}
)

select * from told
union all
select partner_id, account_id, opportunity_id, 'deal_registration', occurred_on
-- Its status goes on to Closed or Expired; the day of the approval stays.
from registered where occurred_on is not null
union all
select partners.partner_id, leads.ConvertedAccountId, leads.ConvertedOpportunityId, 'partner_lead',
    cast(left(leads.ConvertedDate, 10) as date)
from {{ newest_export('Lead') }} as leads
inner join {{ ref('stg_partners') }} as partners
    on leads.Partner_Account__c = partners.crm_account_id
where leads.ConvertedOpportunityId is not null
union all
select
    partners.partner_id,
    activities.AccountId,
    case when activities.WhatId like '006%' then activities.WhatId end,
    case activities.Type
        when 'Partner Intro' then 'intro' when 'Partner Referral' then 'referral'
        when 'Joint Call' then 'joint_call' when 'Technical Validation' then 'technical_validation'
        when 'Exec Intro' then 'exec_intro'
    end,
    cast(activities.ActivityDate as date)
from activities
inner join {{ ref('stg_partners') }} as partners
    on activities.Partner_Account__c = partners.crm_account_id
