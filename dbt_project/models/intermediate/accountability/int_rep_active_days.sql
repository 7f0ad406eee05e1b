with

calendar as (

    select * from {{ ref('int_rep_calendar_current') }}

),

expectations as (

    select * from {{ ref('int_expectations_listed') }}

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

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

current_quarter as (

    select fiscal_days.quarter_ends_on
    from fiscal_days
    inner join refresh
        on fiscal_days.day_on = refresh.as_of

),

seats as (

    select
        rep_id,
        starts_on,
        coalesce(ends_on, cast('9999-12-31' as date)) as ends_on,
        country
    from calendar
    where kind = 'seat'

),

-- A rep with expectations and no calendar row at all is taken to be in seat all the time.
assumed_seats as (

    select distinct
        expectations.rep_id,
        quarter_days.starts_on,
        quarter_days.ends_on,
        cast(null as {{ type_string() }}) as country
    from expectations
    inner join {{ ref('int_fiscal_quarters_listed') }} as quarter_days
        on expectations.fiscal_quarter = quarter_days.fiscal_quarter
    where not exists (
            select 1 from seats
            where seats.rep_id = expectations.rep_id
        )

),

all_seats as (

    select * from seats
    union all
    select * from assumed_seats

),

-- Weekdays that are no holiday where the rep works (the company's country if none is given).
seat_days as (

    select
        all_seats.rep_id,
        fiscal_days.fiscal_quarter,
        fiscal_days.day_on
    from all_seats
    cross join company
    cross join current_quarter
    inner join fiscal_days
        on fiscal_days.day_on between all_seats.starts_on and all_seats.ends_on
        and current_quarter.quarter_ends_on >= fiscal_days.day_on
        and fiscal_days.is_weekday
    left join holidays
        on fiscal_days.day_on = holidays.holiday_on
        and holidays.country = coalesce(all_seats.country, company.holidays_country)
    where holidays.holiday_on is null
    group by all_seats.rep_id, fiscal_days.fiscal_quarter, fiscal_days.day_on

),

ramps as (

    select
        rep_id,
        starts_on,
        coalesce(ends_on, cast('9999-12-31' as date)) as ends_on,
        factor
    from calendar
    where kind = 'ramp'

),

leaves as (

    select
        rep_id,
        starts_on,
        coalesce(ends_on, cast('9999-12-31' as date)) as ends_on,
        -- The factor of a leave is the share that is taken; none given, or 0, means all of it:
        -- nobody writes down a leave in which no leave is taken.
        coalesce(nullif(factor, 0), 1) as leave_share
    from calendar
    where kind = 'leave'

),

active_days as (

    select
        seat_days.rep_id,
        seat_days.fiscal_quarter,
        seat_days.day_on,
        cast(
            coalesce(min(ramps.factor), 1) * (1 - coalesce(max(leaves.leave_share), 0))
            as {{ type_share() }}
        ) as active_share
    from seat_days
    left join ramps
        on seat_days.rep_id = ramps.rep_id
        and seat_days.day_on between ramps.starts_on and ramps.ends_on
    left join leaves
        on seat_days.rep_id = leaves.rep_id
        and seat_days.day_on between leaves.starts_on and leaves.ends_on
    group by seat_days.rep_id, seat_days.fiscal_quarter, seat_days.day_on

)

select * from active_days
