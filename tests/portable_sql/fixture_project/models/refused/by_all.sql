select
    account_id,
    count(*) as touches_count
from {{ ref('touches') }}
group by all  -- refused
