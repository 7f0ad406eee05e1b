select
    round(cast(1.005 as double), 2) as factor  -- refused
from {{ ref('touches') }}
