with

review_versions as (

    select * from {{ ref('stg_templates__partner_plan_reviews') }}

),

promises as (

    select * from {{ ref('int_partner_plan_metrics_versioned') }}

),

plans as (

    select * from {{ ref('fct_partner_plans') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__partner_plans'), []) }}

),

reviews_ranked as (

    select
        review_versions.*,
        {{ newest_version('plan_id, reviewed_on') }} as version_rank
    from review_versions

),

in_order as (

    select
        reviews_ranked.*,
        lag(reviewed_on) over (
            partition by plan_id
            order by reviewed_on nulls last
        ) as previous_review_on
    from reviews_ranked
    where version_rank = 1

),

explained as (

    select
        plan_id,
        reviewed_on,
        cast(count(*) as bigint) as changes_count
    from promises
    where change_kind = 'logged'
    group by plan_id, reviewed_on

),

reviews as (

    select
        {{ hash_id(['in_order.plan_id', 'in_order.reviewed_on']) }} as plan_review_id,
        in_order.plan_id,
        plans.partner_id,
        in_order.reviewed_on,
        in_order.attendees,
        in_order.adjustment,
        in_order.reason,
        {{ days_between('coalesce(in_order.previous_review_on, plans.starts_on)', 'in_order.reviewed_on') }}
            as days_since_previous,
        coalesce(
            {{ days_between(
                'coalesce(in_order.previous_review_on, plans.starts_on)', 'in_order.reviewed_on'
            ) }} > rules.review_days, false
        ) as is_late,
        coalesce(explained.changes_count, 0) as changes_count,
        in_order.batch_id,
        in_order.source_file,
        in_order.source_sha256,
        in_order.source_row_number
    from in_order
    cross join rules
    left join plans
        on in_order.plan_id = plans.plan_id
    left join explained
        on in_order.plan_id = explained.plan_id
        and in_order.reviewed_on = explained.reviewed_on

)

select * from reviews
