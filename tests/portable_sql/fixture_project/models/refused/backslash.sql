select
    label || '\n' as label  -- refused
from {{ ref('touches') }}
