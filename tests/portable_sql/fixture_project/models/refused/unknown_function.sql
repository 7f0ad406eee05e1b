select
    levenshtein(label, 'intro') as distance  -- refused
from {{ ref('touches') }}
