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
            order by error nulls last
        ) as error_rank,
        count(*) over (partition by fiscal_quarter, week_number, metric) as errors_count
    from pooled

),

bounds as (

    select
        ranked.fiscal_quarter,
        ranked.week_number,
        ranked.metric,
        ranked.errors_count,
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
    group by ranked.fiscal_quarter, ranked.week_number, ranked.metric, ranked.errors_count

),

-- An error is a share of this size.
sized as (

    select
        projected.rep_id,
        projected.fiscal_quarter,
        projected.metric,
        projected.week_number,
        projected.projected_attainment,
        cast(1 as decimal(18, 6)) - projected.projected_attainment as missing_attainment,
        greatest(projected.projected_attainment, 0) + projection_rules.error_offset as error_size,
        projection_rules.minimum_errors_count
    from projected
    cross join projection_rules

),

-- The quarter is missed by every error below the one with which it would just be met: both are put
-- in one order and counted, which no pair of a rep and an error has to be compared for.
ordered as (

    select
        fiscal_quarter,
        week_number,
        metric,
        error as position_value,
        1 as error_count,
        cast(null as {{ type_string() }}) as rep_id,
        cast(null as decimal(18, 6)) as projected_attainment,
        cast(null as decimal(18, 6)) as error_size,
        cast(null as bigint) as minimum_errors_count
    from pooled

    union all

    select
        fiscal_quarter,
        week_number,
        metric,
        {{ ratio('missing_attainment', 'error_size') }} as position_value,
        0 as error_count,
        rep_id,
        projected_attainment,
        error_size,
        minimum_errors_count
    from sized

),

counted as (

    select
        ordered.*,
        sum(error_count) over (
            partition by fiscal_quarter, week_number, metric
            order by position_value nulls last, error_count nulls last
        ) as errors_below_count
    from ordered

),

told as (

    select
        counted.rep_id,
        counted.fiscal_quarter,
        counted.metric,
        counted.week_number,
        cast(bounds.errors_count as bigint) as errors_count,
        cast(
            counted.projected_attainment
            + cast(bounds.low_error * counted.error_size as decimal(18, 6)) as decimal(18, 6)
        ) as low_attainment,
        cast(
            counted.projected_attainment
            + cast(bounds.high_error * counted.error_size as decimal(18, 6)) as decimal(18, 6)
        ) as high_attainment,
        {{ share(
            'cast(counted.errors_below_count as decimal(18,0))',
            'cast(bounds.errors_count as decimal(18,0))'
        ) }} as miss_probability
    from counted
    inner join bounds
        on counted.fiscal_quarter = bounds.fiscal_quarter
        and counted.week_number = bounds.week_number
        and counted.metric = bounds.metric
        and counted.minimum_errors_count <= bounds.errors_count
    where counted.error_count = 0

)

select * from told
