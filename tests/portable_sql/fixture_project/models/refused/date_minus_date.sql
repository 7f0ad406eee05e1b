select
    recorded_on - occurred_on as days_count  -- refused
from {{ ref('touches') }}
