select
    touch_id,
    label isnull as is_unlabelled  -- refused
from {{ ref('touches') }}
