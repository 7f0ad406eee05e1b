select
    cast(minutes_count ^ 2 as bigint) as squared_count  -- refused
from {{ ref('touches') }}
