select
    coalesce(label, '') || ': ' || touch_id as label
from {{ ref('touches') }}
