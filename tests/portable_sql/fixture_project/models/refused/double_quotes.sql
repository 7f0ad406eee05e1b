select
    "label"  -- refused
from {{ ref('touches') }}
