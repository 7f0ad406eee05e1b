select
    label
from {{ ref('touches') }}
