select
    account_id,
    max_by(label, occurred_at) as label  -- refused
from {{ ref('touches') }}
group by account_id
