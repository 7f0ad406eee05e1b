select
    cast(minutes_count as decimal(18,2)) as minutes_count
from {{ ref('touches') }}
