with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}
    where not is_frozen

),

projected as (

    select * from {{ ref('int_ae_weeks_projected') }}

),

intervals as (

    select * from {{ ref('int_projection_intervals_told') }}

),

thresholds as (

    select
        from_week,
        lead(from_week) over (order by from_week nulls last) as before_week,
        minimum_miss_probability
    from {{ policy_in_force(ref('stg_policy__early_warning'), ['from_week']) }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

-- What is reached already is no miss; a share may still fall.
joined as (

    select
        told_weeks.*,
        projected.expected_share,
        projected.seasonal_pace,
        projected.prior_attainment,
        projected.projected_actual,
        projected.projected_attainment,
        intervals.low_attainment,
        intervals.high_attainment,
        coalesce(intervals.errors_count, 0) as errors_count,
        case
            when told_weeks.attainment >= 1 and not told_weeks.is_share
                and intervals.miss_probability is not null
            then cast(0 as {{ type_share() }})
            else intervals.miss_probability
        end as miss_probability,
        thresholds.minimum_miss_probability,
        projection_rules.review_week
    from told_weeks
    cross join projection_rules
    left join projected
        on told_weeks.rep_id = projected.rep_id
        and told_weeks.fiscal_quarter = projected.fiscal_quarter
        and told_weeks.metric = projected.metric
        and told_weeks.week_starts_on = projected.week_starts_on
    left join intervals
        on told_weeks.rep_id = intervals.rep_id
        and told_weeks.fiscal_quarter = intervals.fiscal_quarter
        and told_weeks.metric = intervals.metric
        and told_weeks.week_number = intervals.week_number
    left join thresholds
        on told_weeks.week_number >= thresholds.from_week
        and (thresholds.before_week is null or told_weeks.week_number < thresholds.before_week)

),

-- Without earlier quarters there is no probability: the pace alone has to do, not before the week
-- in which a miss should be known.
reasoned as (

    select
        joined.*,
        case
            when minimum_miss_probability is null then null
            when miss_probability >= minimum_miss_probability
            then 'a miss is as probable as the policy asks for'
            when miss_probability is null
                and week_number >= review_week
                and status in ('at_risk', 'off_track')
                and projected_attainment < 1
            then 'the pace is too low and there are no earlier quarters to compare with'
        end as flag_reason
    from joined

)

select * from reasoned
