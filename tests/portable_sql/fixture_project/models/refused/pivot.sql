select *
from {{ ref('touches') }}
pivot (count(*) for is_strong in (true, false))  -- refused
