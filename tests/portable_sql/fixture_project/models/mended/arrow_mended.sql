select
    details
from {{ ref('touches') }}
