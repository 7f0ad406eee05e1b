select
    {{ regexp_replace_all('label', '[a-z]', '') }} as label
from {{ ref('touches') }}
