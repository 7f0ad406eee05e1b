select
    account_id,
    array_agg(label) as labels  -- refused
from {{ ref('touches') }}
group by account_id
