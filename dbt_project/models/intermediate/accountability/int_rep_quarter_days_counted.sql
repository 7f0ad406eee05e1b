with

active_days as (

    select * from {{ ref('int_rep_active_days') }}

),

periods as (

    select * from {{ ref('int_rep_periods_by_moment') }}

),

business_days as (

    select * from {{ ref('int_country_business_days_listed') }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- The rep's last seat of the quarter says whose holidays make its business days.
seats_ranked as (

    select
        moment_id,
        rep_id,
        country,
        through_on,
        cutoff_step,
        first_seat_starts_on,
        row_number() over (
            partition by moment_id, rep_id order by starts_on desc nulls last
        ) as seat_rank
    from periods
    where kind = 'seat'

),

active_by_quarter as (

    select
        active_days.moment_id,
        active_days.rep_id,
        active_days.fiscal_quarter,
        active_days.moment_kind,
        seats_ranked.cutoff_step,
        seats_ranked.through_on,
        coalesce(seats_ranked.country, company.holidays_country) as country,
        seats_ranked.first_seat_starts_on,
        sum(active_days.active_share) as active_days_count,
        sum(
            case
                when active_days.day_on <= seats_ranked.through_on then active_days.active_share else 0
            end
        ) as elapsed_days_count
    from active_days
    cross join company
    inner join seats_ranked
        on active_days.moment_id = seats_ranked.moment_id
        and active_days.rep_id = seats_ranked.rep_id
        and seats_ranked.seat_rank = 1
    group by
        active_days.moment_id,
        active_days.rep_id,
        active_days.fiscal_quarter,
        active_days.moment_kind,
        seats_ranked.cutoff_step,
        seats_ranked.through_on,
        coalesce(seats_ranked.country, company.holidays_country),
        seats_ranked.first_seat_starts_on

),

quarter_days as (

    select
        country,
        fiscal_quarter,
        valid_from_step,
        valid_until_step,
        count(*) as business_days_count
    from business_days
    group by country, fiscal_quarter, valid_from_step, valid_until_step

),

counted as (

    select
        active_by_quarter.moment_id,
        active_by_quarter.moment_kind,
        active_by_quarter.rep_id,
        active_by_quarter.fiscal_quarter,
        active_by_quarter.country,
        {{ days_between('active_by_quarter.first_seat_starts_on', 'active_by_quarter.through_on') }}
            as seat_days_count,
        cast(active_by_quarter.active_days_count as decimal(18, 6)) as active_days_count,
        cast(active_by_quarter.elapsed_days_count as decimal(18, 6)) as elapsed_days_count,
        cast(quarter_days.business_days_count as bigint) as business_days_count
    from active_by_quarter
    inner join quarter_days
        on lower(active_by_quarter.country) = quarter_days.country
        and active_by_quarter.fiscal_quarter = quarter_days.fiscal_quarter
        and active_by_quarter.cutoff_step >= quarter_days.valid_from_step
        and (
            quarter_days.valid_until_step is null
            or active_by_quarter.cutoff_step < quarter_days.valid_until_step
        )

)

select * from counted
