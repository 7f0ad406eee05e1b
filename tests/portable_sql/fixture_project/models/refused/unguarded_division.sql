select
    cast(10 as double) / minutes_count as pace  -- refused
from {{ ref('touches') }}
