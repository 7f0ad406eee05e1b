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

compared as (

    select
        told_weeks.rep_id,
        told_weeks.fiscal_quarter,
        told_weeks.metric,
        told_weeks.week_number,
        finals.final_attainment,
        coalesce(told_weeks.frozen_projected_attainment, projected.projected_attainment)
            as told_attainment
    from told_weeks
    inner join finals
        on told_weeks.rep_id = finals.rep_id
        and told_weeks.fiscal_quarter = finals.fiscal_quarter
        and told_weeks.metric = finals.metric
    left join projected
        on told_weeks.rep_id = projected.rep_id
        and told_weeks.fiscal_quarter = projected.fiscal_quarter
        and told_weeks.metric = projected.metric
        and told_weeks.week_number = projected.week_number

),

sized as (

    select
        compared.*,
        compared.final_attainment - compared.told_attainment as distance,
        greatest(compared.told_attainment, 0) + projection_rules.error_offset as error_size
    from compared
    cross join projection_rules
    where compared.told_attainment is not null

),

-- How far off a projection was, measured against its size.
errors as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        week_number,
        {{ ratio('distance', 'error_size') }} as error
    from sized

)

select * from errors
