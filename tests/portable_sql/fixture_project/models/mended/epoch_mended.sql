select
    {{ days_between('occurred_on', 'recorded_on') }} as days_count
from {{ ref('touches') }}
