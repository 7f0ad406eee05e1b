select
    {{ rounded_share('power(cast(0.5 as double), minutes_count / cast(30 as double))') }} as weight
from {{ ref('touches') }}
