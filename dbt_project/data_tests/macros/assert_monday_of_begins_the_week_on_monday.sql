-- Sunday belongs to the week that began six days before.
with

examples as (

    select
        'a Monday' as example,
        {{ monday_of("cast('2026-03-02' as date)") }} as actual,
        cast('2026-03-02' as date) as expected

    union all

    select
        'a Sunday' as example,
        {{ monday_of("cast('2026-03-08' as date)") }} as actual,
        cast('2026-03-02' as date) as expected

    union all

    select
        'over a new year' as example,
        {{ monday_of("cast('2026-01-01' as date)") }} as actual,
        cast('2025-12-29' as date) as expected

)

select * from examples
where actual is distinct from expected
