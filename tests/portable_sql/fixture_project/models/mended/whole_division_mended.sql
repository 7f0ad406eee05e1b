select
    cast(floor(cast(minutes_count as double) / 2) as bigint) as half_count
from {{ ref('touches') }}
