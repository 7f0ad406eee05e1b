select
    touch_id,
    label is null as is_unlabelled
from {{ ref('touches') }}
