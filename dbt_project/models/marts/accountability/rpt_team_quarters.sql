with

results as (

    select * from {{ ref('int_team_results_assigned') }}

),

targets as (

    select * from {{ ref('int_team_targets_shared') }}

),

ae_quarters as (

    select * from {{ ref('fct_ae_quarters') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

result_metrics as (

    select * from {{ ref('result_metrics') }}

),

pooled as (

    select
        results.basis,
        results.scope,
        results.team_status,
        results.manager_id,
        results.is_in_cycle,
        results.fiscal_quarter,
        result_metrics.metric,
        cast(null as {{ type_string() }}) as expected_rep_id,
        cast(0 as {{ type_money() }}) as fair_target,
        results.value as actual
    from results
    inner join result_metrics
        on results.result = result_metrics.result

    union all

    select
        basis,
        scope,
        team_status,
        manager_id,
        is_in_cycle,
        fiscal_quarter,
        metric,
        rep_id as expected_rep_id,
        fair_target,
        cast(0 as {{ type_money() }}) as actual
    from targets

),

summed as (

    select
        basis,
        scope,
        team_status,
        manager_id,
        fiscal_quarter,
        metric,
        count(case when is_in_cycle then metric end) > 0 as has_circle,
        cast(count(distinct expected_rep_id) as bigint) as reps_count,
        cast(sum(fair_target) as {{ type_money() }}) as fair_target,
        cast(sum(actual) as {{ type_money() }}) as known_actual
    from pooled
    group by basis, scope, team_status, manager_id, fiscal_quarter, metric

),

-- Case 48: before the first fact of a kind nobody can say that nothing was done.
without_history as (

    select
        fiscal_quarter,
        metric
    from ae_quarters
    group by fiscal_quarter, metric
    having count(actual) = 0

),

measured as (

    select
        summed.*,
        case
            when without_history.metric is null or summed.known_actual <> 0 then summed.known_actual
        end as actual
    from summed
    left join without_history
        on summed.fiscal_quarter = without_history.fiscal_quarter
        and summed.metric = without_history.metric

),

team_quarters as (

    select
        {{ hash_id([
            'measured.basis', 'measured.scope', 'measured.team_status', 'measured.manager_id',
            'measured.fiscal_quarter', 'measured.metric',
        ]) }} as team_quarter_id,
        measured.basis,
        measured.scope,
        measured.team_status,
        measured.manager_id,
        reps.rep_name as manager_name,
        measured.fiscal_quarter,
        measured.metric,
        measured.has_circle,
        measured.reps_count,
        measured.fair_target,
        measured.actual,
        {{ ratio('measured.actual', 'measured.fair_target') }} as attainment
    from measured
    left join reps
        on measured.manager_id = reps.rep_id

)

select * from team_quarters
