select touch_id
from {{ ref('touches') }}
where lower(label) like 'intro%'
