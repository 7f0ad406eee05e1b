select
    cast(minutes_count * minutes_count as bigint) as squared_count
from {{ ref('touches') }}
