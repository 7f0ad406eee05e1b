select touch_id
from {{ ref('touches') }}
using sample 2  -- refused
