select
    account_id,
    any_value(label) as label  -- refused
from {{ ref('touches') }}
group by account_id
