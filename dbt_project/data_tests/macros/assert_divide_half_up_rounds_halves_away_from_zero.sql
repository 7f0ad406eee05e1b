-- A reversal is the exact negative of what it takes back.
with

examples as (

    select
        'half' as example,
        cast({{ divide_half_up('5', '2') }} as bigint) as actual,
        cast(3 as bigint) as expected

    union all

    select
        'negative half' as example,
        cast({{ divide_half_up('-5', '2') }} as bigint) as actual,
        cast(-3 as bigint) as expected

    union all

    select
        'below half' as example,
        cast({{ divide_half_up('7', '5') }} as bigint) as actual,
        cast(1 as bigint) as expected

    union all

    select
        'negative divisor' as example,
        cast({{ divide_half_up('7', '-5') }} as bigint) as actual,
        cast(-1 as bigint) as expected

    union all

    select
        'zero' as example,
        cast({{ divide_half_up('0', '5') }} as bigint) as actual,
        cast(0 as bigint) as expected

    union all

    select
        'division by zero' as example,
        cast({{ divide_half_up('5', '0') }} as bigint) as actual,
        cast(null as bigint) as expected

    union all

    select
        'large numbers' as example,
        cast({{ divide_half_up(
            'cast(100000000000000000000000 as decimal(38, 0))',
            'cast(100000000000 as decimal(38, 0))'
        ) }} as bigint) as actual,
        cast(1000000000000 as bigint) as expected

)

select * from examples
where actual is distinct from expected
