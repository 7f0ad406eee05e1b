select
    strftime(occurred_on, '%Y-%m-%d') as occurred_text  -- refused
from {{ ref('touches') }}
