-- Cases 7 and 34: whatever is asked of the time before the first landing is unknown.
-- Fails with opportunities whose observations begin otherwise.
select opportunity_id
from {{ ref('fct_opportunity_observations') }}
group by opportunity_id
having max(case when known_step = 0 and state = 'unknown' then 1 else 0 end) = 0
