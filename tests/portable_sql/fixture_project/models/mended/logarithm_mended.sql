select
    minutes_count
from {{ ref('touches') }}
