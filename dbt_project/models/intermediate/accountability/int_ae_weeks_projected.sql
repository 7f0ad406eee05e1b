with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}
    where not is_frozen

),

seasons as (

    select * from {{ ref('int_seasons_learned') }}

),

priors as (

    select * from {{ ref('int_prior_attainments_learned') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

-- The curve of the company is told for a rep whose days are spread like everybody's; who is away for
-- the second half has done more of the own quarter by the middle of it.
curved as (

    select
        told_weeks.*,
        projection_rules.minimum_seasonal_share,
        projection_rules.prior_quarters,
        priors.prior_attainment,
        case
            when told_weeks.is_share or seasons.reached_share is null then told_weeks.elapsed_share
            else {{ ratio(
                    'cast(seasons.reached_share * told_weeks.elapsed_share as decimal(18,6))',
                    'seasons.passed_share'
                ) }}
        end as curve_share,
        seasons.reached_share is not null as has_season
    from told_weeks
    cross join projection_rules
    left join seasons
        on told_weeks.fiscal_quarter = seasons.fiscal_quarter
        and told_weeks.week_number = seasons.week_number
        and told_weeks.metric = seasons.metric
    left join priors
        on told_weeks.rep_id = priors.rep_id
        and told_weeks.fiscal_quarter = priors.fiscal_quarter
        and told_weeks.week_number = priors.week_number
        and told_weeks.metric = priors.metric

),

bounded as (

    select
        curved.*,
        case
            when attainment is null then null
            when is_last_week then cast(1 as decimal(18, 6))
            when curve_share is null then null
            else cast(
                    least(greatest(curve_share, minimum_seasonal_share), cast(1 as decimal(18, 6)))
                    as decimal(18, 6)
                )
        end as expected_share,
        case
            when prior_attainment is null then cast(0 as decimal(18, 6)) else prior_quarters
        end as prior_weight
    from curved

),

-- What of the attainment is there already: a share is done for the part of the quarter that passed.
reached as (

    select
        bounded.*,
        1 - expected_share as remaining_share,
        prior_weight + expected_share as total_weight,
        coalesce(prior_weight * prior_attainment, 0) as prior_reached,
        case
            when is_share then cast(attainment * expected_share as decimal(18, 6)) else attainment
        end as reached_attainment
    from bounded

),

weighed as (

    select
        reached.*,
        cast(
            remaining_share * cast(prior_reached + reached_attainment as decimal(18, 6))
            as decimal(24, 6)
        ) as remaining_reached
    from reached

),

-- docs/early_warning.md: what is there, and for the rest of the quarter the rate that the present
-- work and the earlier quarters make expect, each by its weight.
projected as (

    select
        weighed.*,
        cast(
            reached_attainment + {{ ratio('remaining_reached', 'total_weight') }} as decimal(18, 6)
        ) as projected_attainment
    from weighed

)

select
    rep_id,
    fiscal_quarter,
    metric,
    week_starts_on,
    week_number,
    expected_share,
    case
        when has_season then {{ ratio('attainment', 'expected_share') }}
        when is_share then attainment
    end as seasonal_pace,
    prior_attainment,
    projected_attainment,
    cast(cast(projected_attainment * fair_target as decimal(24, 6)) as {{ type_money() }})
        as projected_actual
from projected
