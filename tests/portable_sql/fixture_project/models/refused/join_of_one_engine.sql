select touches.touch_id
from {{ ref('touches') }} as touches
positional join {{ ref('touches') }} as beside  -- refused
