select touch_id
from {{ ref('touches') }}
qualify row_number() over (order by touch_id nulls last) = 1  -- refused
