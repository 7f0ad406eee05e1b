-- In the order of the words.
with

examples as (

    select
        'three words' as example,
        {{ initials("'international business machines'") }} as actual,
        'ibm' as expected

    union all

    select
        'one word' as example,
        {{ initials("'acme'") }} as actual,
        'a' as expected

)

select *
from examples
where actual is distinct from expected
