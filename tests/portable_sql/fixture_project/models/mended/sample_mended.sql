select touch_id
from {{ ref('touches') }}
where md5(touch_id) < '8'
