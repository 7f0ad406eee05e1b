with

plan_versions as (

    select * from {{ ref('stg_templates__partner_plans') }}

),

metric_versions as (

    select * from {{ ref('stg_templates__partner_plan_metrics') }}

),

review_versions as (

    select * from {{ ref('stg_templates__partner_plan_reviews') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

plans_ranked as (

    select
        plan_versions.*,
        {{ newest_version('plan_id') }} as version_rank
    from plan_versions

),

metrics_ranked as (

    select
        metric_versions.*,
        {{ newest_version('plan_id, metric_id') }} as version_rank
    from metric_versions

),

-- A metric can be measured when it says what, how much, by when and on what evidence.
metrics_per_plan as (

    select
        plan_id,
        cast(count(*) as bigint) as metrics_count,
        cast(sum(case when side in ('ours', 'joint') then 1 else 0 end) as bigint)
            as our_metrics_count,
        cast(sum(case when side in ('theirs', 'joint') then 1 else 0 end) as bigint)
            as their_metrics_count,
        cast(sum(
            case
                when metric is null
                    or target is null
                    or due_on is null
                    or evidence_source is null
                then 1
                else 0
            end
        ) as bigint) as unmeasurable_metrics_count
    from metrics_ranked
    where version_rank = 1
    group by plan_id

),

reviews_per_plan as (

    select
        plan_id,
        max(reviewed_on) as last_reviewed_on
    from review_versions
    group by plan_id

),

counted as (

    select
        plans_ranked.plan_id,
        plans_ranked.partner_id,
        plans_ranked.our_owner_email,
        plans_ranked.partner_owner_name,
        plans_ranked.status,
        plans_ranked.starts_on,
        plans_ranked.ends_on,
        plans_ranked.agreed_by_us_on,
        plans_ranked.agreed_by_partner_on,
        coalesce(metrics_per_plan.metrics_count, 0) as metrics_count,
        coalesce(metrics_per_plan.our_metrics_count, 0) as our_metrics_count,
        coalesce(metrics_per_plan.their_metrics_count, 0) as their_metrics_count,
        coalesce(metrics_per_plan.unmeasurable_metrics_count, 0) as unmeasurable_metrics_count,
        reviews_per_plan.last_reviewed_on,
        refresh_current.as_of between plans_ranked.starts_on and plans_ranked.ends_on
            as is_running,
        plans_ranked.batch_id,
        plans_ranked.source_file,
        plans_ranked.source_sha256,
        plans_ranked.source_row_number
    from plans_ranked
    cross join refresh_current
    left join metrics_per_plan
        on plans_ranked.plan_id = metrics_per_plan.plan_id
    left join reviews_per_plan
        on plans_ranked.plan_id = reviews_per_plan.plan_id
    where plans_ranked.version_rank = 1

),

-- Rules section 9: one-sided, unagreed and unmeasurable plans do not count.
decided as (

    select
        plan_id,
        partner_id,
        our_owner_email,
        partner_owner_name,
        status,
        starts_on,
        ends_on,
        agreed_by_us_on,
        agreed_by_partner_on,
        metrics_count,
        our_metrics_count,
        their_metrics_count,
        unmeasurable_metrics_count,
        last_reviewed_on,
        is_running,
        agreed_by_us_on is not null
        and agreed_by_partner_on is not null
        and our_metrics_count > 0
        and their_metrics_count > 0
        and unmeasurable_metrics_count = 0 as is_counted,
        case
            when agreed_by_us_on is null or agreed_by_partner_on is null
            then 'not agreed by both sides'
            when our_metrics_count = 0 or their_metrics_count = 0 then 'one-sided'
            when unmeasurable_metrics_count > 0
            then 'a metric without target, day or evidence'
        end as not_counted_reason,
        batch_id,
        source_file,
        source_sha256,
        source_row_number
    from counted

)

select * from decided
