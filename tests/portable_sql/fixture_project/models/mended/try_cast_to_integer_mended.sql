select
    case when {{ regexp_matches_whole("'15'", '[0-9]+') }} then cast('15' as bigint) end as number_value
from {{ ref('touches') }}
