select
    account_id,
    {{ ordered_list('label', 'touch_id') }} as labels
from {{ ref('touches') }}
group by account_id
