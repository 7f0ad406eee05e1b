-- Case 24: two direct managers on one day would count a team's work twice.
select
    lines.rep_id,
    lines.manager_id,
    others.manager_id as other_manager_id,
    others.observed_from
from {{ ref('dim_reporting_lines') }} as lines
inner join {{ ref('dim_reporting_lines') }} as others
    on lines.rep_id = others.rep_id
    and lines.manager_id < others.manager_id
    and others.depth = 1
    and (lines.observed_to is null or lines.observed_to > others.observed_from)
    and (others.observed_to is null or lines.observed_from < others.observed_to)
where lines.depth = 1
