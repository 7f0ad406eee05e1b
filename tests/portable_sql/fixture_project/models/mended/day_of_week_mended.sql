select
    {{ days_between(monday_of('occurred_on'), 'occurred_on') }} as day_number
from {{ ref('touches') }}
