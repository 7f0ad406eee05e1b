select
    minutes_count // 2 as half_count  -- refused
from {{ ref('touches') }}
