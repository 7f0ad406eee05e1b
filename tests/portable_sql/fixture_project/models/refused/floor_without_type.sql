select
    floor(cast(minutes_count as double)) as minutes_count  -- refused
from {{ ref('touches') }}
