with

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

calendar as (

    select * from {{ ref('int_rep_calendar_versioned') }}

),

expectations as (

    select * from {{ ref('int_expectations_versioned') }}

),

known_periods as (

    select
        moments.moment_id,
        moments.moment_kind,
        moments.fiscal_quarter,
        moments.quarter_starts_on,
        moments.quarter_ends_on,
        moments.through_on,
        moments.cutoff_step,
        calendar.rep_id,
        calendar.kind,
        calendar.starts_on,
        coalesce(calendar.ends_on, cast('9999-12-31' as date)) as ends_on,
        calendar.factor,
        calendar.country
    from moments
    inner join calendar
        on moments.cutoff_step >= calendar.valid_from_step
        and (
            calendar.valid_until_step is null
            or moments.cutoff_step < calendar.valid_until_step
        )
        and moments.quarter_ends_on >= calendar.starts_on

),

seated_reps as (

    select
        moment_id,
        rep_id,
        min(starts_on) as first_seat_starts_on
    from known_periods
    where kind = 'seat'
    group by moment_id, rep_id

),

-- A rep who is expected something and of whom no seat is known is taken to sit all the time.
assumed_seats as (

    select
        moments.moment_id,
        moments.moment_kind,
        moments.fiscal_quarter,
        moments.quarter_starts_on,
        moments.quarter_ends_on,
        moments.through_on,
        moments.cutoff_step,
        expectations.rep_id
    from moments
    inner join expectations
        on moments.fiscal_quarter = expectations.fiscal_quarter
        and moments.cutoff_step >= expectations.valid_from_step
        and (
            expectations.valid_until_step is null
            or moments.cutoff_step < expectations.valid_until_step
        )
        and moments.through_on >= expectations.holds_from_on
    left join seated_reps
        on moments.moment_id = seated_reps.moment_id
        and expectations.rep_id = seated_reps.rep_id
    where seated_reps.rep_id is null
    group by
        moments.moment_id,
        moments.moment_kind,
        moments.fiscal_quarter,
        moments.quarter_starts_on,
        moments.quarter_ends_on,
        moments.through_on,
        moments.cutoff_step,
        expectations.rep_id

),

periods as (

    select
        known_periods.moment_id,
        known_periods.moment_kind,
        known_periods.fiscal_quarter,
        known_periods.through_on,
        known_periods.cutoff_step,
        known_periods.rep_id,
        known_periods.kind,
        known_periods.starts_on,
        known_periods.ends_on,
        known_periods.factor,
        known_periods.country,
        seated_reps.first_seat_starts_on
    from known_periods
    left join seated_reps
        on known_periods.moment_id = seated_reps.moment_id
        and known_periods.rep_id = seated_reps.rep_id
    where known_periods.ends_on >= known_periods.quarter_starts_on

    union all

    select
        moment_id,
        moment_kind,
        fiscal_quarter,
        through_on,
        cutoff_step,
        rep_id,
        'seat' as kind,
        quarter_starts_on as starts_on,
        quarter_ends_on as ends_on,
        cast(null as {{ type_share() }}) as factor,
        cast(null as {{ type_string() }}) as country,
        cast(null as date) as first_seat_starts_on
    from assumed_seats

)

select * from periods
