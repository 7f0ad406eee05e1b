-- What is left over is given out by the largest remainder and must not be rounded away before.
with

examples as (

    select
        'rest of one' as example,
        cast({{ divide_down('7', '2') }} as decimal(38, 0)) as actual,
        cast(3 as decimal(38, 0)) as expected

    union all

    select
        'large' as example,
        cast({{ divide_down(
            'cast(1000000000000000000000000000 as decimal(38,0))',
            'cast(3000000000000 as decimal(38,0))'
        ) }} as decimal(38, 0)) as actual,
        cast(333333333333333 as decimal(38, 0)) as expected

    union all

    select
        'by nothing' as example,
        cast({{ divide_down('5', '0') }} as decimal(38, 0)) as actual,
        cast(null as decimal(38, 0)) as expected

)

select *
from examples
where actual is distinct from expected
