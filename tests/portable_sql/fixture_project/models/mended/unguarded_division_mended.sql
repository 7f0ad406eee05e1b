select
    cast(10 as double) / nullif(minutes_count, 0) as pace
from {{ ref('touches') }}
