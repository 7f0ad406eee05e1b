select
    touch_id,
    count(*) over (
        order by touch_id nulls last rows between 1 preceding and current row
    ) as touches_count
from {{ ref('touches') }}
