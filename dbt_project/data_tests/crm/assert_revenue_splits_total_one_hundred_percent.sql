{{ config(severity='warn') }}
-- Case 26: revenue splits that do not total 100 % are not added up; the CRM's owner should mend them.
-- Fails with each such opportunity and its total.
select distinct
    opportunity_id,
    split_type_name,
    split_type_share
from {{ ref('fct_opportunity_splits') }}
where is_revenue
    and not is_additive
