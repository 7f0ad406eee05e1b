select
    cast(date_trunc('week', occurred_on) as date) as monday_on,
    {{ monday_of('occurred_on') }} as same_on
from {{ ref('touches') }}
