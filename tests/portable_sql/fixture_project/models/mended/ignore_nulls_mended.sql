select
    touch_id,
    max(label) over (order by touch_id nulls last) as label
from {{ ref('touches') }}
