with

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

frozen_routes as (

    select * from {{ ref('stg_cosell__weekly_routes') }}

),

limits as (

    select * from {{ policy_in_force(ref('stg_policy__route_limits'), []) }}

),

weeks as (

    select
        refresh_number,
        as_of,
        {{ monday_of('as_of') }} as week_starts_on
    from refresh_current

),

previous_weeks as (

    select max(frozen_routes.week_starts_on) as previous_week_starts_on
    from frozen_routes
    cross join weeks
    where frozen_routes.week_starts_on < weeks.week_starts_on

),

frozen_weeks as (

    select distinct week_starts_on from frozen_routes

),

opened as (

    select
        weeks.week_starts_on,
        weeks.as_of,
        frozen_weeks.week_starts_on is not null as is_frozen,
        previous_weeks.previous_week_starts_on,
        {{ add_days('weeks.week_starts_on', '-7 * limits.cool_down_weeks') }} as cools_since_on,
        limits.list_size,
        limits.per_partner_limit,
        limits.per_account_limit,
        cast(ceil(limits.minimum_one_sided_share * limits.list_size) as bigint)
            as reserved_one_sided_count,
        limits.dwell_weeks
    from weeks
    cross join limits
    cross join previous_weeks
    left join frozen_weeks
        on weeks.week_starts_on = frozen_weeks.week_starts_on

)

select * from opened
