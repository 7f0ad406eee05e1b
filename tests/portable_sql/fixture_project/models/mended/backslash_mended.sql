select
    {{ regexp_replace_all('label', '\\s+', ' ') }} as label
from {{ ref('touches') }}
