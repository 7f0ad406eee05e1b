select (touch_id
from {{ ref('touches') }}  -- refused
