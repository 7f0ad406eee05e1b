select
    upper(label) as label  -- refused
from {{ ref('touches') }}
