select
    label as touch_label
from {{ ref('touches') }}
