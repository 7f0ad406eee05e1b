select
    touch_id,
    cast(rank() over (order by minutes_count nulls last, touch_id nulls last) as bigint) as touch_rank
from {{ ref('touches') }}
