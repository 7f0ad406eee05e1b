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

ended_weeks as (

    select
        told_weeks.fiscal_quarter,
        told_weeks.week_number,
        told_weeks.metric,
        told_weeks.actual,
        told_weeks.elapsed_days_count,
        told_weeks.active_days_count,
        finals.final_actual
    from told_weeks
    inner join finals
        on told_weeks.rep_id = finals.rep_id
        and told_weeks.fiscal_quarter = finals.fiscal_quarter
        and told_weeks.metric = finals.metric
    where told_weeks.attainment is not null
        and not told_weeks.is_share

),

-- How much of what earlier quarters brought in the end was there by the same week, and how much of
-- their working days had passed.
learned as (

    select
        paired.fiscal_quarter,
        paired.week_number,
        ended_weeks.metric,
        {{ ratio('sum(ended_weeks.actual)', 'sum(ended_weeks.final_actual)') }} as reached_share,
        {{ ratio('sum(ended_weeks.elapsed_days_count)', 'sum(ended_weeks.active_days_count)') }}
            as passed_share
    from paired
    inner join ended_weeks
        on paired.earlier_quarter = ended_weeks.fiscal_quarter
        and paired.week_number = ended_weeks.week_number
    group by paired.fiscal_quarter, paired.week_number, ended_weeks.metric

)

select * from learned
