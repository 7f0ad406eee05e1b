select
    date_diff('day', occurred_on, recorded_on) as days_count  -- refused
from {{ ref('touches') }}
