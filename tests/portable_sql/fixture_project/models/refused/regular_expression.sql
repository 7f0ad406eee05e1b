select
    regexp_replace(label, '[a-z]', '') as label  -- refused
from {{ ref('touches') }}
