select
    amount / 3 as third_share  -- refused
from {{ ref('touches') }}
