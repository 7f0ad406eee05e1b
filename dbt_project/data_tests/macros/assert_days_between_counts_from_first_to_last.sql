-- The first day to the last: positive forwards, negative backwards.
with

examples as (

    select
        'forwards' as example,
        {{ days_between("cast('2026-02-27' as date)", "cast('2026-03-02' as date)") }} as actual,
        cast(3 as bigint) as expected

    union all

    select
        'backwards' as example,
        {{ days_between("cast('2026-03-02' as date)", "cast('2026-02-27' as date)") }} as actual,
        cast(-3 as bigint) as expected

    union all

    select
        'no last day' as example,
        {{ days_between("cast('2026-03-02' as date)", "cast(null as date)") }} as actual,
        cast(null as bigint) as expected

)

select * from examples
where actual is distinct from expected
