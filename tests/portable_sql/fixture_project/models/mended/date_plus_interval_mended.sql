select
    cast(occurred_on + interval 7 day as date) as next_on,
    {{ add_days('occurred_on', 7) }} as same_on
from {{ ref('touches') }}
