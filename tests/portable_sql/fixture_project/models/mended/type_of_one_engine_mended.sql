select
    cast(touch_id as {{ type_string() }}) as touch_id
from {{ ref('touches') }}
