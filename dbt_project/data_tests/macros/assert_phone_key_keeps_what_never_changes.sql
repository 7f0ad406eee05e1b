-- With country code, trunk zero, brackets and extension the number is the same.
with

examples as (

    select
        'country code' as example,
        {{ phone_key("'+49 30 12345678'") }} as actual,
        '012345678' as expected

    union all

    select
        'trunk zero' as example,
        {{ phone_key("'030 12345678'") }} as actual,
        '012345678' as expected

    union all

    select
        'brackets' as example,
        {{ phone_key("'(415) 555-2671'") }} as actual,
        '155552671' as expected

    union all

    select
        'american' as example,
        {{ phone_key("'+1 415 555 2671'") }} as actual,
        '155552671' as expected

    union all

    select
        'extension' as example,
        {{ phone_key("'415-555-2671 ext. 12'") }} as actual,
        '155552671' as expected

    union all

    select
        'too short' as example,
        {{ phone_key("'12345'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'one digit' as example,
        {{ phone_key("'000-000-0000'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'none' as example,
        {{ phone_key("'n/a'") }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
