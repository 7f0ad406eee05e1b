-- A day reads the same in every file.
with

examples as (

    select
        'a day' as example,
        {{ text_from_day("cast('2026-02-09' as date)") }} as actual,
        '2026-02-09' as expected

)

select * from examples
where actual is distinct from expected
