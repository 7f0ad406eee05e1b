with

metric_versions as (

    select * from {{ ref('stg_templates__partner_plan_metrics') }}

),

promises as (

    select * from {{ ref('int_partner_plan_metrics_versioned') }}

),

plan_metrics as (

    select * from {{ ref('plan_metrics') }}

),

newest as (

    select
        metric_versions.*,
        {{ newest_version('plan_id, metric_id') }} as version_rank
    from metric_versions

),

in_force as (

    select
        promises.*,
        row_number() over (
            partition by plan_id, metric_id
            order by version_number desc nulls last
        ) as in_force_rank
    from promises
    where change_kind <> 'not_logged'

),

-- A metric can be measured when it says what, how much, by when and on what evidence, and what it
-- names is a fact: the word of either side is none.
agreed as (

    select
        newest.plan_id,
        newest.metric_id,
        in_force.side,
        in_force.metric,
        plan_metrics.unit,
        in_force.target,
        in_force.due_on,
        newest.target as stated_target,
        newest.due_on as stated_due_on,
        newest.baseline,
        newest.owner,
        newest.evidence_source,
        newest.reported_actual,
        case
            when in_force.side is null then 'no side'
            when in_force.metric is null
                or in_force.target is null
                or in_force.due_on is null
                or newest.evidence_source is null
            then 'a metric without target, day or evidence'
            when plan_metrics.metric is null then 'a metric that no fact measures'
        end as unmeasurable_reason,
        newest.batch_id,
        newest.source_file,
        newest.source_sha256,
        newest.source_row_number
    from newest
    inner join in_force
        on newest.plan_id = in_force.plan_id
        and newest.metric_id = in_force.metric_id
        and in_force.in_force_rank = 1
    left join plan_metrics
        on replace(lower(trim(in_force.metric)), ' ', '_') = plan_metrics.metric
    where newest.version_rank = 1

)

select * from agreed
