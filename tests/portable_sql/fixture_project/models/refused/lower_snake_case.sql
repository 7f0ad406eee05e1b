select
    label as touchLabel  -- refused
from {{ ref('touches') }}
