select
    label as authorization  -- refused
from {{ ref('touches') }}
