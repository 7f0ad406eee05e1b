select
    account_id,
    sum(minutes_count) as minutes_count  -- refused
from {{ ref('touches') }}
group by account_id
