-- A free text that is no number is no number, not an error.
with

examples as (

    select
        'a number' as example,
        {{ safe_cast("'0.8'", 'decimal(9,2)') }} as actual,
        cast(0.8 as decimal(9, 2)) as expected

    union all

    select
        'a word' as example,
        {{ safe_cast("'high'", 'decimal(9,2)') }} as actual,
        cast(null as decimal(9, 2)) as expected

)

select * from examples
where actual is distinct from expected
