{{ config(severity='warn') }}
-- Case 24: users who manage each other in a circle have no top. Nobody is counted twice, and the
-- CRM's owner should be told. Fails with each user of a circle.
select distinct rep_id
from {{ ref('dim_reporting_lines') }}
where is_in_cycle and is_current
