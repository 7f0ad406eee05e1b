with

plan_versions as (

    select * from {{ ref('stg_templates__partner_plans') }}

),

metric_versions as (

    select * from {{ ref('stg_templates__partner_plan_metrics') }}

),

reviews as (

    select * from {{ ref('stg_templates__partner_plan_reviews') }}
    where adjustment is not null

),

plans_ranked as (

    select
        plan_id,
        greatest(agreed_by_us_on, agreed_by_partner_on) as agreed_on,
        agreed_by_us_on is not null and agreed_by_partner_on is not null as is_agreed,
        {{ newest_version('plan_id') }} as version_rank
    from plan_versions

),

metrics_ranked as (

    select
        metric_versions.*,
        row_number() over (
            partition by plan_id, metric_id, known_step
            order by batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from metric_versions

),

compared as (

    select
        metrics_ranked.*,
        row_number() over metric_steps as said_number,
        lag(side) over metric_steps as previous_side,
        lag(metric) over metric_steps as previous_metric,
        lag(target) over metric_steps as previous_target,
        lag(due_on) over metric_steps as previous_due_on,
        lag(known_on) over metric_steps as previous_known_on
    from metrics_ranked
    where rank_in_step = 1
    window metric_steps as (
        partition by plan_id, metric_id order by known_step nulls last
    )

),

-- What a side promised is its side, metric, target and day; another evidence or remark is no change.
changed as (

    select *
    from compared
    where said_number = 1
        or side is distinct from previous_side
        or metric is distinct from previous_metric
        or target is distinct from previous_target
        or due_on is distinct from previous_due_on

),

logged as (

    select
        changed.plan_id,
        changed.metric_id,
        changed.known_step,
        max(reviews.reviewed_on) as reviewed_on
    from changed
    inner join reviews
        on changed.plan_id = reviews.plan_id
        and changed.known_on >= reviews.reviewed_on
        and changed.previous_known_on <= reviews.reviewed_on
    group by changed.plan_id, changed.metric_id, changed.known_step

),

-- A promise changes by both sides: until they agreed, or with a review that says so. A change that
-- nobody logged does not count; it is shown beside what counts.
decided as (

    select
        changed.plan_id,
        changed.metric_id,
        row_number() over (
            partition by changed.plan_id, changed.metric_id
            order by changed.known_step nulls last
        ) as version_number,
        changed.side,
        changed.metric,
        changed.target,
        changed.due_on,
        changed.unit,
        changed.baseline,
        changed.owner,
        changed.evidence_source,
        changed.reported_actual,
        changed.previous_side,
        changed.previous_metric,
        changed.previous_target,
        changed.previous_due_on,
        changed.known_on,
        changed.known_step,
        logged.reviewed_on,
        case
            when changed.said_number = 1 then 'first'
            when not coalesce(plans_ranked.is_agreed, false) then 'before_agreement'
            when changed.known_on <= plans_ranked.agreed_on then 'before_agreement'
            when logged.reviewed_on is not null then 'logged'
            else 'not_logged'
        end as change_kind,
        changed.batch_id,
        changed.source_file,
        changed.source_sha256,
        changed.source_row_number
    from changed
    left join plans_ranked
        on changed.plan_id = plans_ranked.plan_id
        and plans_ranked.version_rank = 1
    left join logged
        on changed.plan_id = logged.plan_id
        and changed.metric_id = logged.metric_id
        and changed.known_step = logged.known_step

)

select * from decided
