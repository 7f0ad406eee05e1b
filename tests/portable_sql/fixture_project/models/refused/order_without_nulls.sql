select
    touch_id,
    rank() over (order by minutes_count, touch_id nulls last) as touch_rank  -- refused
from {{ ref('touches') }}
