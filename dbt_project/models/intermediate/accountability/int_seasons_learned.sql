with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}

),

finals as (

    select * from {{ ref('int_ae_finals_told') }}

),

paired as (

    select * from {{ ref('int_earlier_quarters_paired') }}

),

-- How much of what earlier quarters brought in the end was there by the same week, and how much of
-- their working days had passed.
learned as (

    select
        paired.fiscal_quarter,
        paired.week_number,
        told_weeks.metric,
        {{ ratio('sum(told_weeks.actual)', 'sum(finals.final_actual)') }} as reached_share,
        {{ ratio('sum(told_weeks.elapsed_days_count)', 'sum(told_weeks.active_days_count)') }}
            as passed_share
    from paired
    inner join told_weeks
        on paired.earlier_quarter = told_weeks.fiscal_quarter
        and paired.week_number = told_weeks.week_number
    inner join finals
        on told_weeks.rep_id = finals.rep_id
        and told_weeks.fiscal_quarter = finals.fiscal_quarter
        and told_weeks.metric = finals.metric
    where told_weeks.attainment is not null
        and not told_weeks.is_share
    group by paired.fiscal_quarter, paired.week_number, told_weeks.metric

)

select * from learned
