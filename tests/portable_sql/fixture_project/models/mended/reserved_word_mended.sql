select
    label as approval
from {{ ref('touches') }}
