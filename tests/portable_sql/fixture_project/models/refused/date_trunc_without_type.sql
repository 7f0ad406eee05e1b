select
    date_trunc('week', occurred_on) as monday_on  -- refused
from {{ ref('touches') }}
