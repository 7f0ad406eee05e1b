select touch_id
from {{ ref('touches') }}
order by touch_id nulls last
limit 1
