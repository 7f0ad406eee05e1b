select
    {{ dbt.datediff('occurred_on', 'recorded_on', 'week') }} as weeks_count  -- refused
from {{ ref('touches') }}
