with

ae_weeks as (

    select * from {{ ref('fct_ae_weeks') }}

),

closed as (

    select * from {{ ref('int_ae_tiers_decided') }}
    where status in ('met', 'missed')

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

-- By the review week: a flag that was raised in any week up to it counts, also where it was taken
-- back, because somebody was alarmed.
seen as (

    select
        ae_weeks.rep_id,
        ae_weeks.fiscal_quarter,
        ae_weeks.metric,
        count(case when ae_weeks.is_flagged then ae_weeks.week_number end) > 0 as is_flagged,
        count(ae_weeks.attainment) > 0 as is_seen,
        count(
            case
                when ae_weeks.week_number = projection_rules.review_week
                then ae_weeks.miss_probability
            end
        ) > 0 as has_history,
        max(
            case
                when ae_weeks.week_number = projection_rules.review_week
                then ae_weeks.projected_low_attainment
            end
        ) as low_attainment,
        max(
            case
                when ae_weeks.week_number = projection_rules.review_week
                then ae_weeks.projected_high_attainment
            end
        ) as high_attainment
    from ae_weeks
    cross join projection_rules
    where ae_weeks.week_number <= projection_rules.review_week
    group by ae_weeks.rep_id, ae_weeks.fiscal_quarter, ae_weeks.metric

),

-- Quarters before the first landing were never seen week by week.
told_quarters as (

    select distinct fiscal_quarter from ae_weeks

),

compared as (

    select
        closed.fiscal_quarter,
        closed.metric,
        case
            when seen.is_seen and seen.has_history then 'history'
            when seen.is_seen then 'pace'
            else 'unseen'
        end as basis,
        case when closed.status = 'missed' then 1 else 0 end as missed_count,
        case when seen.is_flagged then 1 else 0 end as flagged_count,
        case when seen.low_attainment is not null then 1 else 0 end as intervals_count,
        case
            when closed.attainment between seen.low_attainment and seen.high_attainment then 1
            else 0
        end as covered_count
    from closed
    inner join told_quarters
        on closed.fiscal_quarter = told_quarters.fiscal_quarter
    left join seen
        on closed.rep_id = seen.rep_id
        and closed.fiscal_quarter = seen.fiscal_quarter
        and closed.metric = seen.metric

),

counted as (

    select
        basis,
        fiscal_quarter,
        metric,
        count(*) as quarters_count,
        sum(missed_count) as missed_count,
        sum(flagged_count) as flagged_count,
        sum(missed_count * flagged_count) as flagged_missed_count,
        sum(intervals_count) as intervals_count,
        sum(covered_count) as covered_count
    from compared
    group by grouping sets (
        (basis, fiscal_quarter, metric), (basis, metric), (basis, fiscal_quarter), (basis), ()
    )

),

quality as (

    select
        {{ hash_id(['counted.basis', 'counted.fiscal_quarter', 'counted.metric']) }} as quality_id,
        counted.basis,
        counted.fiscal_quarter,
        counted.metric,
        cast(projection_rules.review_week as bigint) as review_week,
        cast(counted.quarters_count as bigint) as quarters_count,
        cast(coalesce(counted.missed_count, 0) as bigint) as missed_count,
        cast(coalesce(counted.flagged_count, 0) as bigint) as flagged_count,
        cast(coalesce(counted.flagged_missed_count, 0) as bigint) as flagged_missed_count,
        cast(coalesce(counted.flagged_count - counted.flagged_missed_count, 0) as bigint)
            as flagged_met_count,
        {{ share(
            'cast(counted.flagged_missed_count as decimal(18,0))',
            'cast(counted.missed_count as decimal(18,0))'
        ) }} as missed_flagged_share,
        {{ share(
            'cast(counted.flagged_count - counted.flagged_missed_count as decimal(18,0))',
            'cast(counted.flagged_count as decimal(18,0))'
        ) }} as false_flags_share,
        cast(coalesce(counted.intervals_count, 0) as bigint) as intervals_count,
        cast(coalesce(counted.covered_count, 0) as bigint) as covered_count,
        {{ share(
            'cast(counted.covered_count as decimal(18,0))',
            'cast(counted.intervals_count as decimal(18,0))'
        ) }} as covered_share
    from counted
    cross join projection_rules

)

select * from quality
