select * exclude (details)  -- refused
from {{ ref('touches') }}
