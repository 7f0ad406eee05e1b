select
    cast(floor(log(minutes_count + 1) * 1000) as bigint) as magnitude  -- refused
from {{ ref('touches') }}
