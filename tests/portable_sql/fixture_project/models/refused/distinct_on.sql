select distinct on (account_id) touch_id  -- refused
from {{ ref('touches') }}
