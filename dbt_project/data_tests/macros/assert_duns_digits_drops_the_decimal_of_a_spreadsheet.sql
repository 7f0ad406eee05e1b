-- Only digits stay; the '.0' of a number is no digit of it.
with

examples as (

    select
        'dashes and spaces' as example,
        {{ duns_digits("'01-234 5678'") }} as actual,
        '012345678' as expected

    union all

    select
        'a spreadsheet number' as example,
        {{ duns_digits("'12345678.0'") }} as actual,
        '12345678' as expected

)

select * from examples
where actual is distinct from expected
