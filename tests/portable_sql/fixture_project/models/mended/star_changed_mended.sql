select
    touch_id,
    account_id
from {{ ref('touches') }}
