with

weekly_routes as (

    select * from {{ ref('fct_weekly_routes') }}

),

comparisons as (

    select * from {{ ref('stg_cosell__route_comparisons') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

calendar as (

    select * from {{ ref('int_rep_calendar_current') }}

),

holidays as (

    select * from {{ latest_batch(ref('stg_settings__holidays')) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

outcome_rules as (

    select * from {{ policy_in_force(ref('stg_policy__route_outcomes'), []) }}

),

rep_weeks as (

    select
        rep_id,
        week_starts_on
    from weekly_routes
    union
    select
        rep_id,
        week_starts_on
    from comparisons

),

-- Where the rep sits on the first day of the week decides whose holidays are theirs.
rep_countries as (

    select
        rep_weeks.rep_id,
        rep_weeks.week_starts_on,
        coalesce(max(calendar.country), company.holidays_country) as country
    from rep_weeks
    cross join company
    left join calendar
        on rep_weeks.rep_id = calendar.rep_id
        and calendar.kind = 'seat'
        and rep_weeks.week_starts_on >= calendar.starts_on
        and rep_weeks.week_starts_on
        <= coalesce(calendar.ends_on, cast('9999-12-31' as date))
    group by rep_weeks.rep_id, rep_weeks.week_starts_on, company.holidays_country

),

-- A day of leave is no working day: the five days begin when the rep is back.
leaves as (

    select
        rep_id,
        starts_on,
        coalesce(ends_on, cast('9999-12-31' as date)) as ends_on
    from calendar
    where kind = 'leave'
        and coalesce(nullif(factor, 0), 1) >= 1

),

business_days as (

    select
        rep_countries.rep_id,
        rep_countries.week_starts_on,
        fiscal_days.day_on,
        row_number() over (
            partition by rep_countries.rep_id, rep_countries.week_starts_on
            order by fiscal_days.day_on nulls last
        ) as day_number
    from rep_countries
    cross join outcome_rules
    inner join fiscal_days
        on rep_countries.week_starts_on <= fiscal_days.day_on
        and fiscal_days.day_on
        <= {{ add_days('rep_countries.week_starts_on', 'outcome_rules.won_days') }}
        and fiscal_days.is_weekday
    left join holidays
        on fiscal_days.day_on = holidays.holiday_on
        and rep_countries.country = holidays.country
    where holidays.holiday_on is null
        and not exists (
            select leaves.rep_id from leaves
            where leaves.rep_id = rep_countries.rep_id
                and fiscal_days.day_on between leaves.starts_on and leaves.ends_on
        )

),

due as (

    select
        business_days.rep_id,
        business_days.week_starts_on,
        business_days.day_on as touch_due_on
    from business_days
    inner join outcome_rules
        on business_days.day_number = outcome_rules.touch_business_days

)

select * from due
