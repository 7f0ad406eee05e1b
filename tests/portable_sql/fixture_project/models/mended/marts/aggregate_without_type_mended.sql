select
    account_id,
    cast(sum(minutes_count) as bigint) as minutes_count
from {{ ref('touches') }}
group by account_id
