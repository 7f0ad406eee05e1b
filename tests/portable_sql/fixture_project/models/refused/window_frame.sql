select
    touch_id,
    count(*) over (
        order by touch_id nulls last groups between 1 preceding and current row  -- refused
    ) as touches_count
from {{ ref('touches') }}
