select
    unnest(generate_series(1, 3)) as place  -- refused
from {{ ref('touches') }}
