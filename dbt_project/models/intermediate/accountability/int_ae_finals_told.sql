with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}

),

finals as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        actual as final_actual,
        attainment as final_attainment
    from told_weeks
    where is_last_week
        and attainment is not null

)

select * from finals
