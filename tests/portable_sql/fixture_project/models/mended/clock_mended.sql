select
    occurred_on < cast('2026-02-09' as date) as is_past
from {{ ref('touches') }}
