-- Case 28: a stage that config/policy/stages.csv does not know stops the station: add the stage
-- with its number there. Fails with each unknown stage and how many opportunities stand in it.
select
    stage_name,
    count(*) as opportunities_count
from {{ ref('int_crm_opportunities_current') }}
where stage_number is null
    and not is_deleted
group by stage_name
