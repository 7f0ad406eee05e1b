select
    touch_id,
    cast(length(touch_id) as bigint) as letters_count
from {{ ref('touches') }}
