with told as (
    select partner_id, account_id, opportunity_id, touch_type, cast(left(occurred_at, 10) as date) as occurred_on
    from read_csv('{{ var("inbox") }}/partner_touches/*/*.csv', all_varchar = true, filename = true)
    qualify row_number() over (partition by touch_id order by filename desc) = 1
),

registered as (
    select partner_id, account_id, opportunity_id, status, cast(left(approved_at, 10) as date) as occurred_on
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
from registered where status = 'Approved'
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
