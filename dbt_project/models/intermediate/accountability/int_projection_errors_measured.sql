with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}

),

projected as (

    select * from {{ ref('int_ae_weeks_projected') }}

),

finals as (

    select * from {{ ref('int_ae_finals_told') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

-- How far off a projection was, measured against its size.
errors as (

    select
        told_weeks.rep_id,
        told_weeks.fiscal_quarter,
        told_weeks.metric,
        told_weeks.week_number,
        {{ ratio(
            'finals.final_attainment'
            ~ ' - coalesce(told_weeks.frozen_projected_attainment, projected.projected_attainment)',
            'greatest(coalesce(told_weeks.frozen_projected_attainment, projected.projected_attainment), 0)'
            ~ ' + projection_rules.error_offset'
        ) }} as error
    from told_weeks
    cross join projection_rules
    inner join finals
        on told_weeks.rep_id = finals.rep_id
        and told_weeks.fiscal_quarter = finals.fiscal_quarter
        and told_weeks.metric = finals.metric
    left join projected
        on told_weeks.rep_id = projected.rep_id
        and told_weeks.fiscal_quarter = projected.fiscal_quarter
        and told_weeks.metric = projected.metric
        and told_weeks.week_number = projected.week_number

)

select * from errors
where error is not null
