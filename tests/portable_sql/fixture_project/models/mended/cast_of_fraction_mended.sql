select
    cast(floor(amount) as bigint) as whole_part
from {{ ref('touches') }}
