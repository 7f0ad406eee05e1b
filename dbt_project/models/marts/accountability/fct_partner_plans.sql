with

plan_versions as (

    select * from {{ ref('stg_templates__partner_plans') }}

),

metrics as (

    select * from {{ ref('int_partner_plan_metrics_agreed') }}

),

review_versions as (

    select * from {{ ref('stg_templates__partner_plan_reviews') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__partner_plans'), []) }}

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

metrics_per_plan as (

    select
        plan_id,
        cast(count(*) as bigint) as metrics_count,
        cast(sum(case when side in ('ours', 'joint') then 1 else 0 end) as bigint)
            as our_metrics_count,
        cast(sum(case when side in ('theirs', 'joint') then 1 else 0 end) as bigint)
            as their_metrics_count,
        cast(sum(case when unmeasurable_reason is not null then 1 else 0 end) as bigint)
            as unmeasurable_metrics_count,
        min(unmeasurable_reason) as unmeasurable_reason
    from metrics
    group by plan_id

),

reviews_per_plan as (

    select
        review_versions.plan_id,
        cast(count(distinct review_versions.reviewed_on) as bigint) as reviews_count,
        max(review_versions.reviewed_on) as last_reviewed_on
    from review_versions
    cross join refresh_current
    where review_versions.reviewed_on <= refresh_current.as_of
    group by review_versions.plan_id

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
        {{ days_between('plans_ranked.starts_on', 'plans_ranked.ends_on') }} + 1 as plan_days,
        coalesce(metrics_per_plan.metrics_count, 0) as metrics_count,
        coalesce(metrics_per_plan.our_metrics_count, 0) as our_metrics_count,
        coalesce(metrics_per_plan.their_metrics_count, 0) as their_metrics_count,
        coalesce(metrics_per_plan.unmeasurable_metrics_count, 0) as unmeasurable_metrics_count,
        metrics_per_plan.unmeasurable_reason,
        coalesce(reviews_per_plan.reviews_count, 0) as reviews_count,
        reviews_per_plan.last_reviewed_on,
        {{ add_days(
            'coalesce(reviews_per_plan.last_reviewed_on, plans_ranked.starts_on)', 'rules.review_days'
        ) }} as review_due_on,
        refresh_current.as_of between plans_ranked.starts_on and plans_ranked.ends_on
            as is_running,
        refresh_current.as_of,
        rules.minimum_days,
        rules.maximum_days,
        plans_ranked.batch_id,
        plans_ranked.source_file,
        plans_ranked.source_sha256,
        plans_ranked.source_row_number
    from plans_ranked
    cross join refresh_current
    cross join rules
    left join metrics_per_plan
        on plans_ranked.plan_id = metrics_per_plan.plan_id
    left join reviews_per_plan
        on plans_ranked.plan_id = reviews_per_plan.plan_id
    where plans_ranked.version_rank = 1

),

-- Rules section 9: one-sided, unagreed and unmeasurable plans do not count, nor do those that are not
-- of ninety days. Every reason is said, or the plan is mended once for each.
reasoned as (

    select
        counted.*,
        case
            when agreed_by_us_on is null
                or agreed_by_partner_on is null
                or greatest(agreed_by_us_on, agreed_by_partner_on) > as_of
            then '; not agreed by both sides'
            when greatest(agreed_by_us_on, agreed_by_partner_on) > ends_on then '; agreed after its end'
            else ''
        end
        || case when our_metrics_count = 0 or their_metrics_count = 0 then '; one-sided' else '' end
        || coalesce('; ' || unmeasurable_reason, '')
        || case when plan_days not between minimum_days and maximum_days then '; not ninety days' else '' end
            as reasons
    from counted

),

decided as (

    select
        plan_id,
        partner_id,
        our_owner_email,
        partner_owner_name,
        status,
        starts_on,
        ends_on,
        plan_days,
        agreed_by_us_on,
        agreed_by_partner_on,
        metrics_count,
        our_metrics_count,
        their_metrics_count,
        unmeasurable_metrics_count,
        reviews_count,
        last_reviewed_on,
        case when is_running then review_due_on end as review_due_on,
        is_running and review_due_on < as_of as is_review_overdue,
        is_running,
        reasons = '' as is_counted,
        nullif(substring(reasons, 3), '') as not_counted_reason,
        batch_id,
        source_file,
        source_sha256,
        source_row_number
    from reasoned

)

select * from decided
