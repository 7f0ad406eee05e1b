with

active_days as (

    select * from {{ ref('int_rep_active_days') }}

),

calendar as (

    select * from {{ ref('int_rep_calendar_current') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

holidays as (

    select * from {{ latest_batch(ref('stg_settings__holidays')) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

rep_countries as (

    select
        rep_id,
        max(country) as country
    from calendar
    where kind = 'seat'
    group by rep_id

),

active_by_quarter as (

    select
        active_days.rep_id,
        active_days.fiscal_quarter,
        coalesce(rep_countries.country, company.holidays_country) as country,
        sum(active_days.active_share) as active_days_count
    from active_days
    cross join company
    left join rep_countries
        on active_days.rep_id = rep_countries.rep_id
    group by
        active_days.rep_id,
        active_days.fiscal_quarter,
        coalesce(rep_countries.country, company.holidays_country)

),

countries as (

    select distinct country from active_by_quarter

),

quarter_days as (

    select
        countries.country,
        fiscal_days.fiscal_quarter,
        count(*) as business_days_count
    from countries
    cross join fiscal_days
    left join holidays
        on fiscal_days.day_on = holidays.holiday_on
        and countries.country = holidays.country
    where fiscal_days.is_weekday
        and holidays.holiday_on is null
    group by countries.country, fiscal_days.fiscal_quarter

),

counted as (

    select
        active_by_quarter.rep_id,
        active_by_quarter.fiscal_quarter,
        active_by_quarter.country,
        cast(active_by_quarter.active_days_count as decimal(18, 6)) as active_days_count,
        cast(quarter_days.business_days_count as bigint) as business_days_count
    from active_by_quarter
    inner join quarter_days
        on active_by_quarter.country = quarter_days.country
        and active_by_quarter.fiscal_quarter = quarter_days.fiscal_quarter

)

select * from counted
