with

entered as (

    select * from {{ ref('int_opportunity_stages_entered') }}

),

stages as (

    select * from {{ policy_in_force(ref('stg_policy__stages'), ['stage_name']) }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__opportunity_cohorts'), []) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

canonical_stages as (

    select
        stage_number,
        min(canonical_stage) as canonical_stage
    from stages
    group by stage_number

),

-- What was forecast on the day of entry, and what came of it in the days that the policy gives. Who
-- had not all of them yet is left out, or the quick ones would speak for all.
followed as (

    select
        entered.stage_number,
        entered.deal_group,
        entered.forecast_category,
        cast(entered.probability as decimal(9, 2)) as probability,
        {{ add_days('entered.entered_on', 'rules.outcome_days') }} < refresh_current.as_of
            as is_mature,
        entered.won_on <= {{ add_days('entered.entered_on', 'rules.outcome_days') }} as is_won_in_time
    from entered
    cross join rules
    cross join refresh_current

),

sliced as (

    select
        followed.*,
        'all' as category
    from followed

    union all

    select
        followed.*,
        forecast_category as category
    from followed
    where forecast_category is not null

),

-- Probabilities are percent; the score is Brier's, the mean square of what was missed.
counted as (

    select
        stage_number,
        category,
        deal_group,
        cast(count(*) as bigint) as entered_count,
        cast(sum(case when is_mature and probability is null then 1 else 0 end) as bigint)
            as without_forecast_count,
        cast(sum(case when is_mature and probability is not null then 1 else 0 end) as bigint)
            as measured_count,
        cast(sum(case when is_mature and probability is not null and is_won_in_time then 1 else 0 end) as bigint)
            as won_count,
        cast(sum(case when is_mature then probability end) as decimal(18, 6)) as probability_sum,
        cast(sum(
            case
                when is_mature and is_won_in_time then (100 - probability) * (100 - probability)
                when is_mature then probability * probability
            end
        ) as decimal(18, 6)) as missed_square_sum
    from sliced
    group by stage_number, category, deal_group

),

bounded as (

    select
        counted.*,
        counted.measured_count >= rules.minimum_deals_count as has_enough_deals,
        cast(counted.won_count as double)
        / nullif(cast(counted.measured_count as double), cast(0 as double)) as won_share,
        {{ wilson_bound(
            '(cast(counted.won_count as double)'
            ~ ' / nullif(cast(counted.measured_count as double), cast(0 as double)))',
            'cast(counted.measured_count as double)', 'cast(rules.interval_z as double)', '-'
        ) }} as won_low,
        {{ wilson_bound(
            '(cast(counted.won_count as double)'
            ~ ' / nullif(cast(counted.measured_count as double), cast(0 as double)))',
            'cast(counted.measured_count as double)', 'cast(rules.interval_z as double)', '+'
        ) }} as won_high
    from counted
    cross join rules

),

shared as (

    select
        touched.stage_number,
        touched.category,
        touched.deal_group,
        touched.entered_count,
        touched.without_forecast_count,
        touched.measured_count,
        touched.won_count,
        touched.has_enough_deals,
        {{ share('touched.probability_sum', '100 * touched.measured_count') }} as forecast_share,
        {{ rounded_share('touched.won_share') }} as won_share,
        {{ rounded_share('touched.won_low') }} as won_low_share,
        {{ rounded_share('touched.won_high') }} as won_high_share,
        {{ share('touched.missed_square_sum', '10000 * touched.measured_count') }} as brier_score,
        direct.has_enough_deals as has_enough_direct_deals,
        {{ rounded_share('touched.won_share - direct.won_share') }} as difference_share,
        {{ rounded_share(newcombe_bound(
            'touched.won_share', 'touched.won_low', 'direct.won_share', 'direct.won_high', '-'
        )) }} as difference_low_share,
        {{ rounded_share(newcombe_bound(
            'touched.won_share', 'touched.won_high', 'direct.won_share', 'direct.won_low', '+'
        )) }} as difference_high_share
    from bounded as touched
    left join bounded as direct
        on touched.stage_number = direct.stage_number
        and touched.category = direct.category
        and case when touched.deal_group = 'partner_touched' then 'direct' end = direct.deal_group

),

accuracy as (

    select
        {{ hash_id(['shared.stage_number', 'shared.category', 'shared.deal_group']) }}
            as forecast_accuracy_id,
        shared.stage_number,
        canonical_stages.canonical_stage,
        shared.category as forecast_category,
        shared.deal_group,
        shared.entered_count,
        shared.without_forecast_count,
        shared.measured_count,
        shared.won_count,
        case when shared.has_enough_deals then shared.forecast_share end as forecast_share,
        case when shared.has_enough_deals then shared.won_share end as won_share,
        case when shared.has_enough_deals then shared.won_low_share end as won_low_share,
        case when shared.has_enough_deals then shared.won_high_share end as won_high_share,
        case when shared.has_enough_deals then shared.brier_score end as brier_score,
        case
            when not shared.has_enough_deals then 'too_few'
            when shared.won_low_share > shared.forecast_share then 'better_than_forecast'
            when shared.won_high_share < shared.forecast_share then 'worse_than_forecast'
            else 'as_forecast'
        end as verdict,
        case
            when shared.has_enough_deals and shared.has_enough_direct_deals
            then shared.difference_share
        end as difference_share,
        case
            when shared.has_enough_deals and shared.has_enough_direct_deals
            then shared.difference_low_share
        end as difference_low_share,
        case
            when shared.has_enough_deals and shared.has_enough_direct_deals
            then shared.difference_high_share
        end as difference_high_share
    from shared
    left join canonical_stages
        on shared.stage_number = canonical_stages.stage_number

)

select * from accuracy
