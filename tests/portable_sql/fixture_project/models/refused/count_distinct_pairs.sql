select
    count(distinct account_id, label) as pairs_count  -- refused
from {{ ref('touches') }}
