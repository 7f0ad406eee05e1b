select
    epoch(occurred_at) as occurred_seconds  -- refused
from {{ ref('touches') }}
