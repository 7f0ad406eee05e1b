-- A day's midnight in the company's time zone lies on that day, and the second before it does not.
with

company as (

    select * from {{ ref('stg_settings__company') }}

),

days as (

    {{ generate_days('2026-03-01', '2026-11-30') }}

),

checked as (

    select
        days.day_on,
        {{ company_date(company_midnight('days.day_on')) }} as day_of_midnight,
        {{ company_date(
            'cast(' ~ company_midnight('days.day_on') ~ " - interval '1' second as timestamp)"
        ) }} as day_before_midnight
    from days
    cross join company

)

select *
from checked
where day_of_midnight <> day_on
    or day_before_midnight >= day_on
