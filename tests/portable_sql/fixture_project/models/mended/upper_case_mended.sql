select
    lower(label) as label
from {{ ref('touches') }}
