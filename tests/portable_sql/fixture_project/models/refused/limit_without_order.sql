select touch_id
from {{ ref('touches') }}
limit 1  -- refused
