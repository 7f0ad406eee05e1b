select
    occurred_on < current_date as is_past  -- refused
from {{ ref('touches') }}
