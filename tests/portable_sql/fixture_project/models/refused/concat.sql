select
    concat(label, ': ', touch_id) as label  -- refused
from {{ ref('touches') }}
