select
    cast(amount as bigint) as whole_part  -- refused
from {{ ref('touches') }}
