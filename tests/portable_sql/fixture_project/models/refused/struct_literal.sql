select
    {'touch': touch_id} as touch  -- refused
from {{ ref('touches') }}
