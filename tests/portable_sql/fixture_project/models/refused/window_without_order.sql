select
    touch_id,
    row_number() over (partition by account_id) as touch_rank  -- refused
from {{ ref('touches') }}
