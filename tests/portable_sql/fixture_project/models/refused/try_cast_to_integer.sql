select
    try_cast('1.5' as bigint) as number_value  -- refused
from {{ ref('touches') }}
