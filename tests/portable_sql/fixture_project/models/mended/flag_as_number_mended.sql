select
    account_id,
    cast(sum(case when is_strong then 1 else 0 end) as bigint) as strong_count
from {{ ref('touches') }}
group by account_id
