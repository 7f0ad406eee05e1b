select
    jaro_winkler_similarity(label, 'intro') as distance  -- refused
from {{ ref('touches') }}
