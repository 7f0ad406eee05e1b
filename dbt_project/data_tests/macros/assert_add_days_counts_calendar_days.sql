-- A day and a number of days give a day, over ends of months and back.
with

examples as (

    select
        'over the end of February' as example,
        {{ add_days("cast('2028-02-28' as date)", 2) }} as actual,
        cast('2028-03-01' as date) as expected

    union all

    select
        'backwards over a new year' as example,
        {{ add_days("cast('2026-01-01' as date)", -1) }} as actual,
        cast('2025-12-31' as date) as expected

    union all

    select
        'no day' as example,
        {{ add_days("cast(null as date)", 1) }} as actual,
        cast(null as date) as expected

)

select * from examples
where actual is distinct from expected
