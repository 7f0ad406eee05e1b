-- Whatever the header is called, the number behind it is read, and nothing else.
with

examples as (

    select
        'an API name' as example,
        {{ global_ultimate_duns("'{\"Tier\": \"A\", \"GlobalUltimateDunsNumber\": \"012345678\", \"x\": \"1\"}'") }} as actual,
        '012345678' as expected

    union all

    select
        'a header of words' as example,
        {{ global_ultimate_duns("'{\"Global Ultimate DUNS\":\"01-234-5678\"}'") }} as actual,
        '01-234-5678' as expected

    union all

    select
        'another number' as example,
        {{ global_ultimate_duns("'{\"DUNS of the office\": \"012345678\"}'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'an empty one' as example,
        {{ global_ultimate_duns("'{\"global_ultimate_duns\": \"\", \"x\": \"9\"}'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'no further columns' as example,
        {{ global_ultimate_duns('cast(null as ' ~ type_string() ~ ')') }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select * from examples
where actual is distinct from expected
