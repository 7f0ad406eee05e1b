-- a is 0, z is 25.
with

examples as (

    select
        'two words' as example,
        {{ words_weight("'c_bank z_zyx'") }} as actual,
        27 as expected

    union all

    select
        'none' as example,
        {{ words_weight("''") }} as actual,
        0 as expected

)

select *
from examples
where actual is distinct from expected
