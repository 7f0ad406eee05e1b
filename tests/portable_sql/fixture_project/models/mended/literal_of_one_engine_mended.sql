select
    minutes_count + 1000 as minutes_count
from {{ ref('touches') }}
