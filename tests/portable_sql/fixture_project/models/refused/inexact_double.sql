select
    power(cast(0.5 as double), minutes_count / cast(30 as double)) as weight  -- refused
from {{ ref('touches') }}
