with

fiscal_quarters as (

    select * from {{ latest_batch(ref('stg_settings__fiscal_quarters')) }}

),

holidays as (

    select * from {{ latest_batch(ref('stg_settings__holidays')) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

days as (

    {{ generate_days('1998-01-01', '2046-12-31') }}

),

days_in_quarters as (

    select
        days.day_on,
        fiscal_quarters.fiscal_year,
        fiscal_quarters.fiscal_quarter,
        fiscal_quarters.starts_on as quarter_starts_on,
        fiscal_quarters.ends_on as quarter_ends_on,
        cast({{ dbt.date_trunc('week', 'days.day_on') }} as date) as monday_on
    from days
    inner join fiscal_quarters
        on days.day_on between fiscal_quarters.starts_on and fiscal_quarters.ends_on

),

company_holidays as (

    select distinct
        holidays.holiday_on
    from holidays
    inner join company
        on holidays.country = company.holidays_country

),

days_with_weeks as (

    select
        days_in_quarters.day_on,
        days_in_quarters.fiscal_year,
        days_in_quarters.fiscal_quarter,
        days_in_quarters.quarter_starts_on,
        days_in_quarters.quarter_ends_on,
        case
            when company.week_starts_on = 'sunday'
                and days_in_quarters.day_on = {{ add_days('days_in_quarters.monday_on', 6) }}
            then days_in_quarters.day_on
            when company.week_starts_on = 'sunday'
            then {{ add_days('days_in_quarters.monday_on', -1) }}
            else days_in_quarters.monday_on
        end as week_starts_on,
        days_in_quarters.day_on <= {{ add_days('days_in_quarters.monday_on', 4) }} as is_weekday,
        company_holidays.holiday_on is not null as is_holiday
    from days_in_quarters
    cross join company
    left join company_holidays
        on days_in_quarters.day_on = company_holidays.holiday_on

),

fiscal_days as (

    select
        day_on,
        fiscal_year,
        fiscal_quarter,
        quarter_starts_on,
        quarter_ends_on,
        week_starts_on,
        is_weekday,
        is_holiday,
        is_weekday and not is_holiday as is_business_day
    from days_with_weeks

)

select * from fiscal_days
