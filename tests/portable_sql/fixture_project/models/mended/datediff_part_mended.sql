select
    {{ days_between(monday_of('occurred_on'), monday_of('recorded_on')) }} as days_count
from {{ ref('touches') }}
