select
    touch_id,
    cast(null as {{ type_string() }}) as reason
from {{ ref('touches') }}
