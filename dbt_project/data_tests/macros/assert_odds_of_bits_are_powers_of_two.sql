-- Bounded on both sides, so that odds can be added as decimals.
with

examples as (

    select
        'even' as example,
        {{ odds_of_bits('cast(0 as decimal(9,4))') }} as actual,
        cast(1 as decimal(24, 6)) as expected

    union all

    select
        'three bits' as example,
        {{ odds_of_bits('cast(3 as decimal(9,4))') }} as actual,
        cast(8 as decimal(24, 6)) as expected

    union all

    select
        'never nothing' as example,
        {{ odds_of_bits('cast(-99 as decimal(9,4))') }} as actual,
        cast(0.000001 as decimal(24, 6)) as expected

)

select *
from examples
where actual is distinct from expected
