select
    [touch_id, account_id] as ids  -- refused
from {{ ref('touches') }}
