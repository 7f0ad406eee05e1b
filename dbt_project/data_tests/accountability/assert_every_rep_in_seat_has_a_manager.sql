{{ config(severity='warn') }}
-- Case 24: a gap in the line upwards drops nobody (their results stand under no_manager), but the
-- CRM's owner should be told. Fails with each rep in seat whose line is broken today.
select
    rep_id,
    rep_name,
    gap,
    manager_id,
    gap_from_on
from {{ ref('rpt_reporting_gaps') }}
where is_current
