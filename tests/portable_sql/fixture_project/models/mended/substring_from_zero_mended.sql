select
    substr(label, 1, 3) as beginning
from {{ ref('touches') }}
