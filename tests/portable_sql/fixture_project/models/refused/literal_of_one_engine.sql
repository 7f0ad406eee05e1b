select
    minutes_count + 1_000 as minutes_count  -- refused
from {{ ref('touches') }}
