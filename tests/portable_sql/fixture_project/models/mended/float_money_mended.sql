select
    cast(amount as {{ type_money() }}) as amount
from {{ ref('touches') }}
