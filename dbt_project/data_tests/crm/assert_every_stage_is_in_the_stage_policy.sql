-- Case 28: a stage that config/policy/stages.csv does not know stops the station: add the stage
-- with its number there. Fails with each unknown stage and how many opportunities stand in it.
-- A deal without any stage, as HubSpot may have it, names none that could be added.
select
    stage_name,
    count(*) as opportunities_count
from {{ ref('int_crm_opportunities_current') }}
where stage_number is null
    and stage_name is not null
    and not is_deleted
group by stage_name
