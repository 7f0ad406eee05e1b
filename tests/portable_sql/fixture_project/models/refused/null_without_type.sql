select
    touch_id,
    null as reason  -- refused
from {{ ref('touches') }}
