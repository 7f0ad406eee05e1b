with

holidays as (

    select * from {{ ref('stg_settings__holidays') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

calendar as (

    select * from {{ ref('int_rep_calendar_versioned') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

countries as (

    select lower(holidays_country) as country from company
    union
    select lower(country) as country from calendar
    where country is not null

),

holiday_files as (

    select
        known_step as file_step,
        lag(known_step) over (order by known_step nulls last) as previous_file_step,
        lead(known_step) over (order by known_step nulls last) as valid_until_step
    from holidays
    group by known_step

),

quarters as (

    select distinct fiscal_quarter from moments

),

days as (

    select
        countries.country,
        fiscal_days.fiscal_quarter,
        fiscal_days.day_on,
        holiday_files.file_step,
        -- What lands first holds from the beginning.
        case
            when holiday_files.previous_file_step is null then cast(0 as bigint)
            else holiday_files.file_step
        end as valid_from_step,
        holiday_files.valid_until_step
    from countries
    cross join holiday_files
    cross join fiscal_days
    inner join quarters
        on fiscal_days.fiscal_quarter = quarters.fiscal_quarter
    where fiscal_days.is_weekday

),

business_days as (

    select
        days.country,
        days.fiscal_quarter,
        days.day_on,
        days.valid_from_step,
        days.valid_until_step
    from days
    left join holidays
        on days.file_step = holidays.known_step
        and days.country = lower(holidays.country)
        and days.day_on = holidays.holiday_on
    where holidays.holiday_on is null

)

select * from business_days
