-- One account at most per record, by the first key that only one account has.
with keys as (
    select account_id, 1 as place, account_id as key from {{ ref('stg_accounts') }}
    union all
    select account_id, 2, duns from {{ ref('stg_accounts') }}
    union all
    select account_id, 3, domain from {{ ref('stg_accounts') }}
    union all
    select account_id, 4, name_core || '|' || country from {{ ref('stg_accounts') }}
),

own_keys as (
    select place, key, min(account_id) as account_id
    from keys where key is not null
    group by place, key having count(*) = 1
),

records as (
    select partner_id, partner_account_id, 1 as place, crm_account_id as key from {{ ref('stg_partner_records') }}
    union all
    select partner_id, partner_account_id, 2, duns from {{ ref('stg_partner_records') }}
    union all
    select partner_id, partner_account_id, 3, domain from {{ ref('stg_partner_records') }}
    union all
    select partner_id, partner_account_id, 4, name_core || '|' || country from {{ ref('stg_partner_records') }}
)

select own_keys.account_id as crm_account_id, records.partner_id, records.partner_account_id
from records
inner join own_keys on records.place = own_keys.place and records.key = own_keys.key
qualify row_number() over (
    partition by records.partner_id, records.partner_account_id order by records.place
) = 1
