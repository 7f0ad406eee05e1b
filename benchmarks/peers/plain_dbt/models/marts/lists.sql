select
    rep_id, account_id, partner_id, cell,
    case partner_state when 'customer' then 3 when 'open_opportunity' then 2 when 'prospect' then 1
        else 0 end + case when our_state = 'open_opportunity' then 1 else 0 end as score
from {{ ref('segments') }}
where account_id is not null and partner_state not in ('absent', 'unknown')
qualify row_number() over (partition by rep_id order by score desc, account_id, partner_id) <= 50
