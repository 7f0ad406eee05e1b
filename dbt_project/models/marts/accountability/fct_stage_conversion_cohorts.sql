with

entered as (

    select * from {{ ref('int_opportunity_stages_entered') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

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

-- Whoever entered last week had no time to move on: a share is said of those who had all of it.
followed as (

    select
        entered.*,
        fiscal_days.fiscal_quarter,
        {{ add_days('entered.entered_on', 'rules.conversion_days') }} < refresh_current.as_of
            as is_mature,
        entered.advanced_on <= {{ add_days('entered.entered_on', 'rules.conversion_days') }}
            as is_advanced_in_time,
        {{ days_between('entered.entered_on', 'entered.advanced_on') }} as days_to_advance
    from entered
    cross join rules
    cross join refresh_current
    left join fiscal_days
        on entered.entered_on = fiscal_days.day_on

),

cohorts as (

    select
        followed.*,
        fiscal_quarter as cohort
    from followed
    where fiscal_quarter is not null

    union all

    select
        followed.*,
        'all' as cohort
    from followed

),

counted as (

    select
        cohort,
        stage_number,
        deal_group,
        cast(count(*) as bigint) as entered_count,
        cast(sum(case when entries_count > 1 then 1 else 0 end) as bigint) as entered_again_count,
        cast(sum(case when went_back_count > 0 then 1 else 0 end) as bigint) as went_back_count,
        cast(sum(case when advanced_on is not null then 1 else 0 end) as bigint) as advanced_count,
        cast(sum(case when won_on is not null then 1 else 0 end) as bigint) as won_count,
        cast(sum(case when advanced_on is null and is_lost then 1 else 0 end) as bigint) as lost_count,
        cast(sum(case when advanced_on is null and not is_closed then 1 else 0 end) as bigint)
            as waiting_count,
        cast(sum(case when is_mature then 1 else 0 end) as bigint) as mature_count,
        cast(sum(case when is_mature and is_advanced_in_time then 1 else 0 end) as bigint)
            as mature_advanced_count,
        cast(sum(days_to_advance) as bigint) as days_to_advance
    from cohorts
    group by cohort, stage_number, deal_group

),

bounded as (

    select
        counted.*,
        counted.mature_count >= rules.minimum_deals_count as has_enough_deals,
        cast(counted.mature_advanced_count as double)
        / nullif(cast(counted.mature_count as double), cast(0 as double)) as advanced_share,
        {{ wilson_bound(
            '(cast(counted.mature_advanced_count as double)'
            ~ ' / nullif(cast(counted.mature_count as double), cast(0 as double)))',
            'cast(counted.mature_count as double)', 'cast(rules.interval_z as double)', '-'
        ) }} as advanced_low,
        {{ wilson_bound(
            '(cast(counted.mature_advanced_count as double)'
            ~ ' / nullif(cast(counted.mature_count as double), cast(0 as double)))',
            'cast(counted.mature_count as double)', 'cast(rules.interval_z as double)', '+'
        ) }} as advanced_high
    from counted
    cross join rules

),

compared as (

    select
        {{ hash_id(['touched.cohort', 'touched.stage_number', 'touched.deal_group']) }} as cohort_id,
        touched.cohort,
        touched.stage_number,
        canonical_stages.canonical_stage,
        touched.deal_group,
        touched.entered_count,
        touched.entered_again_count,
        touched.went_back_count,
        touched.advanced_count,
        touched.won_count,
        touched.lost_count,
        touched.waiting_count,
        {{ ratio('touched.days_to_advance', 'touched.advanced_count') }} as average_days_to_advance,
        touched.mature_count,
        touched.mature_advanced_count,
        case when touched.has_enough_deals then {{ rounded_share('touched.advanced_share') }} end
            as advanced_share,
        case when touched.has_enough_deals then {{ rounded_share('touched.advanced_low') }} end
            as advanced_low_share,
        case when touched.has_enough_deals then {{ rounded_share('touched.advanced_high') }} end
            as advanced_high_share,
        case
            when touched.has_enough_deals and direct.has_enough_deals
            then {{ rounded_share('touched.advanced_share - direct.advanced_share') }}
        end as difference_share,
        case
            when touched.has_enough_deals and direct.has_enough_deals
            then {{ rounded_share(newcombe_bound(
                'touched.advanced_share', 'touched.advanced_low',
                'direct.advanced_share', 'direct.advanced_high', '-'
            )) }}
        end as difference_low_share,
        case
            when touched.has_enough_deals and direct.has_enough_deals
            then {{ rounded_share(newcombe_bound(
                'touched.advanced_share', 'touched.advanced_high',
                'direct.advanced_share', 'direct.advanced_low', '+'
            )) }}
        end as difference_high_share,
        case
            when touched.has_enough_deals then 'measured'
            when touched.mature_count < touched.entered_count then 'too_early'
            else 'too_few'
        end as share_status
    from bounded as touched
    left join bounded as direct
        on touched.cohort = direct.cohort
        and touched.stage_number = direct.stage_number
        and case when touched.deal_group = 'partner_touched' then 'direct' end = direct.deal_group
    left join canonical_stages
        on touched.stage_number = canonical_stages.stage_number

)

select * from compared
