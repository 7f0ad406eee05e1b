with

metrics as (

    select * from {{ ref('int_partner_plan_metrics_agreed') }}

),

promises as (

    select * from {{ ref('int_partner_plan_metrics_versioned') }}

),

plans as (

    select * from {{ ref('fct_partner_plans') }}

),

partners as (

    select * from {{ ref('dim_partners') }}

),

results as (

    select * from {{ ref('int_partner_results_dated') }}

),

plan_metrics as (

    select * from {{ ref('plan_metrics') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__partner_plans'), []) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- What is promised for the plan's days is measured in them, up to the day on which it is due.
measured_days as (

    select
        metrics.*,
        plans.partner_id,
        plans.starts_on,
        plans.ends_on,
        plans.is_counted,
        plans.not_counted_reason,
        plan_metrics.metric as measured_metric,
        least(coalesce(metrics.due_on, plans.ends_on), plans.ends_on) as measured_until_on,
        least(
            coalesce(metrics.due_on, plans.ends_on), plans.ends_on, refresh_current.as_of
        ) as measured_through_on,
        refresh_current.as_of
    from metrics
    cross join refresh_current
    inner join plans
        on metrics.plan_id = plans.plan_id
    left join plan_metrics
        on replace(lower(trim(metrics.metric)), ' ', '_') = plan_metrics.metric

),

-- Rules section 9: actuals come from the facts, not from typing.
facts as (

    select
        measured_days.plan_id,
        measured_days.metric_id,
        sum(results.value) as value,
        sum(results.base_count) as base_count
    from measured_days
    inner join results
        on measured_days.partner_id = results.partner_id
        and measured_days.measured_metric = results.metric
        and results.happened_on between measured_days.starts_on and measured_days.measured_through_on
    group by measured_days.plan_id, measured_days.metric_id

),

unlogged as (

    select
        plan_id,
        metric_id,
        cast(count(*) as bigint) as unlogged_changes_count
    from promises
    where change_kind = 'not_logged'
    group by plan_id, metric_id

),

measured as (

    select
        measured_days.*,
        case
            when measured_days.unmeasurable_reason is not null
                or measured_days.starts_on > measured_days.as_of
            then null
            when measured_days.unit = 'share'
            then cast({{ ratio('facts.value', 'facts.base_count') }} as decimal(18, 6))
            else cast(coalesce(facts.value, 0) as decimal(18, 6))
        end as actual,
        {{ days_between('measured_days.starts_on', 'measured_days.measured_through_on') }} + 1
            as elapsed_days,
        {{ days_between('measured_days.starts_on', 'measured_days.measured_until_on') }} + 1
            as measured_days_count,
        coalesce(unlogged.unlogged_changes_count, 0) as unlogged_changes_count
    from measured_days
    left join facts
        on measured_days.plan_id = facts.plan_id
        and measured_days.metric_id = facts.metric_id
    left join unlogged
        on measured_days.plan_id = unlogged.plan_id
        and measured_days.metric_id = unlogged.metric_id

),

paced as (

    select
        measured.*,
        {{ ratio('measured.actual', 'measured.target') }} as attainment,
        case
            when measured.unit = 'share' then {{ ratio('measured.actual', 'measured.target') }}
            when measured.measured_through_on >= measured.starts_on
            then {{ ratio(
                    'measured.actual * measured.measured_days_count',
                    'measured.target * measured.elapsed_days'
                ) }}
        end as pace
    from measured

),

plan_metric_rows as (

    select
        {{ hash_id(['paced.plan_id', 'paced.metric_id']) }} as plan_metric_id,
        paced.plan_id,
        paced.metric_id,
        paced.partner_id,
        partners.partner_name,
        paced.side,
        paced.metric,
        paced.unit,
        cast(paced.target as {{ type_money() }}) as target,
        cast(paced.stated_target as {{ type_money() }}) as stated_target,
        paced.unlogged_changes_count,
        cast(paced.baseline as {{ type_money() }}) as baseline,
        paced.due_on,
        paced.owner,
        paced.evidence_source,
        paced.starts_on,
        paced.measured_through_on,
        cast(paced.actual as decimal(18, 6)) as actual,
        cast(paced.reported_actual as {{ type_money() }}) as reported_actual,
        paced.attainment,
        paced.pace,
        paced.unmeasurable_reason,
        paced.is_counted as is_plan_counted,
        paced.not_counted_reason as plan_not_counted_reason,
        case
            when not paced.is_counted then 'not_counted'
            when paced.starts_on > paced.as_of then 'not_started'
            when paced.pace is null then 'not_measured'
            when paced.pace >= rules.green_pace then 'green'
            when paced.elapsed_days <= rules.grace_days and paced.measured_until_on >= paced.as_of
            then 'too_early'
            when paced.pace >= rules.amber_pace then 'amber'
            else 'red'
        end as status,
        rules.policy_version,
        paced.batch_id,
        paced.source_file,
        paced.source_sha256,
        paced.source_row_number
    from paced
    cross join rules
    left join partners
        on paced.partner_id = partners.partner_id

)

select * from plan_metric_rows
