-- Every day once, both ends included.
with

days as (

    {{ generate_days('2026-02-27', '2026-03-02') }}

),

counted as (

    select
        cast(count(*) as bigint) as days_count,
        min(day_on) as first_day_on,
        max(day_on) as last_day_on
    from days

)

select *
from counted
where days_count <> 4
    or first_day_on <> cast('2026-02-27' as date)
    or last_day_on <> cast('2026-03-02' as date)
