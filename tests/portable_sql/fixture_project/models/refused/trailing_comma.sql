select
    touch_id,
    account_id,  -- refused
from {{ ref('touches') }}
