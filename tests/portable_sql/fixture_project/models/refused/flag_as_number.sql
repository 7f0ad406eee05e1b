select
    account_id,
    cast(sum(is_strong) as bigint) as strong_count  -- refused
from {{ ref('touches') }}
group by account_id
