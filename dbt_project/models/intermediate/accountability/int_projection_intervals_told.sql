with

projected as (

    select * from {{ ref('int_ae_weeks_projected') }}
    where projected_attainment is not null

),

errors as (

    select * from {{ ref('int_projection_errors_measured') }}

),

paired as (

    select * from {{ ref('int_earlier_quarters_paired') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

pooled as (

    select
        paired.fiscal_quarter,
        paired.week_number,
        errors.metric,
        errors.rep_id || '|' || errors.fiscal_quarter as error_id,
        errors.error
    from paired
    inner join errors
        on paired.earlier_quarter = errors.fiscal_quarter
        and paired.week_number = errors.week_number

),

ranked as (

    select
        pooled.*,
        row_number() over (
            partition by fiscal_quarter, week_number, metric
            order by error nulls last, error_id nulls last
        ) as error_rank,
        count(*) over (partition by fiscal_quarter, week_number, metric) as errors_count
    from pooled

),

bounds as (

    select
        ranked.fiscal_quarter,
        ranked.week_number,
        ranked.metric,
        max(ranked.errors_count) as errors_count,
        min(
            case
                when ranked.error_rank >= ranked.errors_count * projection_rules.interval_lower_share
                then ranked.error
            end
        ) as low_error,
        min(
            case
                when ranked.error_rank >= ranked.errors_count * projection_rules.interval_upper_share
                then ranked.error
            end
        ) as high_error
    from ranked
    cross join projection_rules
    group by ranked.fiscal_quarter, ranked.week_number, ranked.metric

),

-- The quarter is missed by every error below the one with which it would just be met: both are put
-- in one order and counted, which no pair of a rep and an error has to be compared for.
ordered as (

    select
        pooled.fiscal_quarter,
        pooled.week_number,
        pooled.metric,
        pooled.error as position_value,
        1 as error_count,
        pooled.error_id as position_id
    from pooled

    union all

    select
        projected.fiscal_quarter,
        projected.week_number,
        projected.metric,
        {{ ratio(
            'cast(1 as decimal(18,6)) - projected.projected_attainment',
            'greatest(projected.projected_attainment, 0) + projection_rules.error_offset'
        ) }} as position_value,
        0 as error_count,
        projected.rep_id as position_id
    from projected
    cross join projection_rules

),

counted as (

    select
        ordered.*,
        sum(error_count) over (
            partition by fiscal_quarter, week_number, metric
            order by position_value nulls last, error_count nulls last, position_id nulls last
            rows between unbounded preceding and current row
        ) as errors_below_count
    from ordered

),

told as (

    select
        projected.rep_id,
        projected.fiscal_quarter,
        projected.metric,
        projected.week_number,
        cast(bounds.errors_count as bigint) as errors_count,
        cast(
            projected.projected_attainment + cast(
                bounds.low_error
                * (greatest(projected.projected_attainment, 0) + projection_rules.error_offset)
                as decimal(18, 6)
            ) as decimal(18, 6)
        ) as low_attainment,
        cast(
            projected.projected_attainment + cast(
                bounds.high_error
                * (greatest(projected.projected_attainment, 0) + projection_rules.error_offset)
                as decimal(18, 6)
            ) as decimal(18, 6)
        ) as high_attainment,
        {{ share(
            'cast(counted.errors_below_count as decimal(18,0))',
            'cast(bounds.errors_count as decimal(18,0))'
        ) }} as miss_probability
    from projected
    cross join projection_rules
    inner join bounds
        on projected.fiscal_quarter = bounds.fiscal_quarter
        and projected.week_number = bounds.week_number
        and projected.metric = bounds.metric
        and projection_rules.minimum_errors_count <= bounds.errors_count
    inner join counted
        on projected.fiscal_quarter = counted.fiscal_quarter
        and projected.week_number = counted.week_number
        and projected.metric = counted.metric
        and projected.rep_id = counted.position_id
        and counted.error_count = 0

)

select * from told
