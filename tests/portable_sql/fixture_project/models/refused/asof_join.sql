select
    touches.touch_id,
    earlier.touch_id as earlier_touch_id
from {{ ref('touches') }} as touches
asof join {{ ref('touches') }} as earlier  -- refused
    on touches.account_id = earlier.account_id and touches.occurred_at >= earlier.occurred_at
