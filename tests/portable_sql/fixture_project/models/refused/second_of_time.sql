select
    cast(extract(second from occurred_at) as decimal(8,3)) as seconds_count  -- refused
from {{ ref('touches') }}
