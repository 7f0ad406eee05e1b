select
    cast(floor(cast(minutes_count as double)) as bigint) as minutes_count
from {{ ref('touches') }}
