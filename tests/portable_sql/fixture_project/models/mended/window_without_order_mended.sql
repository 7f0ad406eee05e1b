select
    touch_id,
    cast(
        row_number() over (partition by account_id order by touch_id nulls last) as bigint
    ) as touch_rank
from {{ ref('touches') }}
