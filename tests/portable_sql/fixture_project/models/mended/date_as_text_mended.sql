select
    {{ text_from_day('occurred_on') }} as occurred_text
from {{ ref('touches') }}
