select
    json_extract_string(details, 'kind') as kind  -- refused
from {{ ref('touches') }}
