-- Case 13: text of nine digits, however a spreadsheet stored it.
with

examples as (

    select
        'as it is' as example,
        {{ duns_number("'123456789'") }} as actual,
        '123456789' as expected

    union all

    select
        'lost zeros' as example,
        {{ duns_number("'1234567'") }} as actual,
        '001234567' as expected

    union all

    select
        'dashes' as example,
        {{ duns_number("'01-234-5678'") }} as actual,
        '012345678' as expected

    union all

    select
        'a spreadsheet number' as example,
        {{ duns_number("'12345678.0'") }} as actual,
        '012345678' as expected

    union all

    select
        'too long' as example,
        {{ duns_number("'1234567890'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'a filler' as example,
        {{ duns_number("'000000000'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'no digits' as example,
        {{ duns_number("'n/a'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'nothing' as example,
        {{ duns_number('cast(null as ' ~ type_string() ~ ')') }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select * from examples
where actual is distinct from expected
