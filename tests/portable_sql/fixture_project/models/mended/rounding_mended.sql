select
    {{ rounded_share('cast(1.005 as double)') }} as factor
from {{ ref('touches') }}
