select
    {{ share('minutes_count', 'nullif(minutes_count, 0)') }} as whole_share
from {{ ref('touches') }}
