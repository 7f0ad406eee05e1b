select
    {{ days_between('occurred_on', 'recorded_on') }} as days_count,
    {{ add_days('occurred_on', 7) }} as next_on
from {{ ref('touches') }}
