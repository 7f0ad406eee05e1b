-- Case 1: at every moment an opportunity has one owner, one stage, one amount and one close date.
-- Fails with values that end before they begin.
select
    opportunity_id,
    field_name,
    effective_at
from {{ ref('fct_opportunity_history') }}
where superseded_at <= effective_at
