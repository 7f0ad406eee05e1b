with

results as (

    select * from {{ ref('int_team_results_assigned') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

summed as (

    select
        results.basis,
        results.scope,
        results.team_status,
        results.manager_id,
        results.fiscal_quarter,
        fiscal_days.week_starts_on,
        count(case when results.is_in_cycle then results.result end) > 0 as has_circle,
        cast(count(distinct results.rep_id) as bigint) as reps_count,
        cast(
            sum(case when results.result = 'sourced_opportunities' then results.value else 0 end) as bigint
        ) as sourced_opportunities_count,
        cast(
            sum(case when results.result = 'sourced_pipeline' then results.value else 0 end) as {{ type_money() }}
        ) as sourced_pipeline_amount,
        cast(
            sum(case when results.result = 'sourced_bookings' then results.value else 0 end) as {{ type_money() }}
        ) as sourced_bookings_amount,
        cast(
            sum(case when results.result = 'influenced_opportunities' then results.value else 0 end) as bigint
        ) as influenced_opportunities_count,
        cast(
            sum(case when results.result = 'influenced_pipeline' then results.value else 0 end) as {{ type_money() }}
        ) as influenced_pipeline_amount,
        cast(
            sum(case when results.result = 'influenced_bookings' then results.value else 0 end) as {{ type_money() }}
        ) as influenced_bookings_amount,
        cast(
            sum(case when results.result = 'direct_opportunities' then results.value else 0 end) as bigint
        ) as direct_opportunities_count,
        cast(
            sum(case when results.result = 'direct_pipeline' then results.value else 0 end) as {{ type_money() }}
        ) as direct_pipeline_amount,
        cast(
            sum(case when results.result = 'direct_bookings' then results.value else 0 end) as {{ type_money() }}
        ) as direct_bookings_amount,
        cast(
            sum(
                case when results.result in ('joint_calls', 'other_touches') then results.value else 0 end
            ) as bigint
        ) as partner_touches_count,
        cast(sum(case when results.result = 'joint_calls' then results.value else 0 end) as bigint)
            as joint_calls_count
    from results
    left join fiscal_days
        on results.happened_on = fiscal_days.day_on
    group by
        results.basis,
        results.scope,
        results.team_status,
        results.manager_id,
        results.fiscal_quarter,
        fiscal_days.week_starts_on

),

team_weeks as (

    select
        {{ hash_id([
            'summed.basis', 'summed.scope', 'summed.team_status', 'summed.manager_id',
            'summed.fiscal_quarter', 'summed.week_starts_on',
        ]) }} as team_week_id,
        summed.basis,
        summed.scope,
        summed.team_status,
        summed.manager_id,
        reps.rep_name as manager_name,
        summed.fiscal_quarter,
        summed.week_starts_on,
        summed.has_circle,
        summed.reps_count,
        summed.sourced_opportunities_count,
        summed.influenced_opportunities_count,
        summed.direct_opportunities_count,
        summed.sourced_pipeline_amount,
        summed.influenced_pipeline_amount,
        summed.direct_pipeline_amount,
        summed.sourced_bookings_amount,
        summed.influenced_bookings_amount,
        summed.direct_bookings_amount,
        summed.partner_touches_count,
        summed.joint_calls_count
    from summed
    left join reps
        on summed.manager_id = reps.rep_id

)

select * from team_weeks
