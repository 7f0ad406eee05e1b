{{ config(severity='warn') }}
-- Case 24: users who manage each other in a circle have no top. Nobody is counted twice, and the
-- CRM's owner should be told. Fails with each user of a circle.
select distinct user_id
from {{ ref('int_crm_reporting_lines_resolved') }}
where is_in_cycle
