select
    account_id,
    min(label) as label
from {{ ref('touches') }}
group by account_id
