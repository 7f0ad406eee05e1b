select
    cast(amount as double) as amount  -- refused
from {{ ref('touches') }}
