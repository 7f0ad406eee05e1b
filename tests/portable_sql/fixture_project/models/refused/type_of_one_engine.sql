select
    cast(touch_id as varchar) as touch_id  -- refused
from {{ ref('touches') }}
