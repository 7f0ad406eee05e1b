select
    occurred_on + interval 7 day as next_on  -- refused
from {{ ref('touches') }}
