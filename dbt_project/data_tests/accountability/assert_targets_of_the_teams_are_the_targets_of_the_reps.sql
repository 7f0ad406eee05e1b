-- The direct teams owe what their reps owe, to the cent, whoever changed teams in the quarter.
with

teams as (

    select
        basis,
        fiscal_quarter,
        metric,
        sum(case when scope = 'direct_reports' then fair_target else 0 end) as team_target,
        sum(case when scope = 'company' then fair_target else 0 end) as company_target
    from {{ ref('rpt_team_quarters') }}
    group by basis, fiscal_quarter, metric

),

reps as (

    select
        fiscal_quarter,
        metric,
        sum(fair_target) as rep_target
    from {{ ref('fct_ae_quarters') }}
    group by fiscal_quarter, metric

)

select
    teams.basis,
    teams.fiscal_quarter,
    teams.metric,
    teams.team_target,
    teams.company_target,
    reps.rep_target
from teams
left join reps
    on teams.fiscal_quarter = reps.fiscal_quarter
    and teams.metric = reps.metric
where teams.team_target <> coalesce(reps.rep_target, 0)
    or teams.company_target <> coalesce(reps.rep_target, 0)
