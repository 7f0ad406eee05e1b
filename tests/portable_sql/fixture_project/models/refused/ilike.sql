select touch_id
from {{ ref('touches') }}
where label ilike 'intro%'  -- refused
