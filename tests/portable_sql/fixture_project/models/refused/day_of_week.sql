select
    dayofweek(occurred_on) as day_number  -- refused
from {{ ref('touches') }}
