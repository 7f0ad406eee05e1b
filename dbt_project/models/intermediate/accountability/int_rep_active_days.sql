with

periods as (

    select * from {{ ref('int_rep_periods_by_moment') }}

),

business_days as (

    select * from {{ ref('int_country_business_days_listed') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- Weekdays that are no holiday where the rep works (the company's country if none is given).
seat_days as (

    select
        periods.moment_id,
        periods.moment_kind,
        periods.rep_id,
        periods.fiscal_quarter,
        business_days.day_on
    from periods
    cross join company
    inner join business_days
        on lower(coalesce(periods.country, company.holidays_country)) = business_days.country
        and periods.fiscal_quarter = business_days.fiscal_quarter
        and business_days.day_on between periods.starts_on and periods.ends_on
        and periods.cutoff_step >= business_days.valid_from_step
        and (
            business_days.valid_until_step is null
            or periods.cutoff_step < business_days.valid_until_step
        )
    where periods.kind = 'seat'
    group by
        periods.moment_id,
        periods.moment_kind,
        periods.rep_id,
        periods.fiscal_quarter,
        business_days.day_on

),

-- A ramp or a handover is worth its factor; the factor of a leave is the share that is taken. None
-- given, or 0, means all of a leave: nobody writes down a leave in which no leave is taken.
reductions as (

    select
        moment_id,
        rep_id,
        starts_on,
        ends_on,
        case when kind = 'ramp' then factor end as ramp_factor,
        case when kind = 'transfer' then factor end as transfer_factor,
        case when kind = 'leave' then coalesce(nullif(factor, 0), 1) end as leave_share
    from periods
    where kind in ('ramp', 'transfer', 'leave')

),

active_days as (

    select
        seat_days.moment_id,
        seat_days.moment_kind,
        seat_days.rep_id,
        seat_days.fiscal_quarter,
        seat_days.day_on,
        cast(
            coalesce(min(reductions.ramp_factor), 1)
            * coalesce(min(reductions.transfer_factor), 1)
            * (1 - coalesce(max(reductions.leave_share), 0))
            as {{ type_share() }}
        ) as active_share
    from seat_days
    left join reductions
        on seat_days.moment_id = reductions.moment_id
        and seat_days.rep_id = reductions.rep_id
        and seat_days.day_on between reductions.starts_on and reductions.ends_on
    group by
        seat_days.moment_id,
        seat_days.moment_kind,
        seat_days.rep_id,
        seat_days.fiscal_quarter,
        seat_days.day_on

)

select * from active_days
