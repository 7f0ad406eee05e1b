select
    substr(label, 0, 3) as beginning  -- refused
from {{ ref('touches') }}
