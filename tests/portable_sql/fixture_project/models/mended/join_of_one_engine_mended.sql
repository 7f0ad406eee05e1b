select touches.touch_id
from {{ ref('touches') }} as touches
where exists (
    select 1 from {{ ref('touches') }} as beside where beside.account_id = touches.account_id
)
