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
        case
            when agreed_by_us_on is null or agreed_by_partner_on is null then null
            else greatest(agreed_by_us_on, agreed_by_partner_on)
        end as agreed_on,
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
    where previous_known_on is null
        or side is distinct from previous_side
        or metric is distinct from previous_metric
        or target is distinct from previous_target
        or due_on is distinct from previous_due_on

),

reviews_ranked as (

    select
        changed.*,
        reviews.reviewed_on,
        row_number() over (
            partition by changed.plan_id, changed.metric_id, changed.known_step
            order by reviews.reviewed_on desc nulls last
        ) as review_rank
    from changed
    left join reviews
        on changed.plan_id = reviews.plan_id
        and changed.known_on >= reviews.reviewed_on
        and changed.previous_known_on <= reviews.reviewed_on

),

logged as (

    select * from reviews_ranked
    where review_rank = 1

),

-- A promise changes by both sides: until they agreed, or with a review that says so. A change that
-- nobody logged does not count; it is shown beside what counts.
decided as (

    select
        logged.plan_id,
        logged.metric_id,
        row_number() over (
            partition by logged.plan_id, logged.metric_id
            order by logged.known_step nulls last
        ) as version_number,
        logged.side,
        logged.metric,
        logged.target,
        logged.due_on,
        logged.unit,
        logged.baseline,
        logged.owner,
        logged.evidence_source,
        logged.reported_actual,
        logged.previous_side,
        logged.previous_metric,
        logged.previous_target,
        logged.previous_due_on,
        logged.known_on,
        logged.known_step,
        logged.reviewed_on,
        case
            when logged.previous_known_on is null then 'first'
            when plans_ranked.agreed_on is null or logged.known_on <= plans_ranked.agreed_on
            then 'before_agreement'
            when logged.reviewed_on is not null then 'logged'
            else 'not_logged'
        end as change_kind,
        logged.batch_id,
        logged.source_file,
        logged.source_sha256,
        logged.source_row_number
    from logged
    left join plans_ranked
        on logged.plan_id = plans_ranked.plan_id
        and plans_ranked.version_rank = 1

)

select * from decided
