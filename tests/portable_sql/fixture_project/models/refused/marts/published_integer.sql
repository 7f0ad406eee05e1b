select
    touch_id,
    length(touch_id) as letters_count  -- refused
from {{ ref('touches') }}
