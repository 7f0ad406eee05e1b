select
    details ->> '$.kind' as kind  -- refused
from {{ ref('touches') }}
