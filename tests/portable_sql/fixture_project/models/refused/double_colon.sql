select
    minutes_count::decimal(18,2) as minutes_count  -- refused
from {{ ref('touches') }}
