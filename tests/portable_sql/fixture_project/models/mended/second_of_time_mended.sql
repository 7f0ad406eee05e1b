select
    cast(extract(hour from occurred_at) as bigint) as hours_count
from {{ ref('touches') }}
