select
    touch_id,
    last_value(label ignore nulls) over (order by touch_id nulls last) as label  -- refused
from {{ ref('touches') }}
