select
    length(label) > 5 as is_long
from {{ ref('touches') }}
