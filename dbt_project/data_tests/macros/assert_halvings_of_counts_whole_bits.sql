-- The same on every engine, where a logarithm is not.
with

examples as (

    select
        'nothing' as example,
        {{ halvings_of('0') }} as actual,
        0 as expected

    union all

    select
        'one' as example,
        {{ halvings_of('1') }} as actual,
        0 as expected

    union all

    select
        'two' as example,
        {{ halvings_of('2') }} as actual,
        1 as expected

    union all

    select
        'seven' as example,
        {{ halvings_of('7') }} as actual,
        2 as expected

    union all

    select
        'eight' as example,
        {{ halvings_of('8') }} as actual,
        3 as expected

    union all

    select
        'many' as example,
        {{ halvings_of('4000000') }} as actual,
        21 as expected

)

select *
from examples
where actual is distinct from expected
