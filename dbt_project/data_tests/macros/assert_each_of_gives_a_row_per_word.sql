-- A row per word of a landed list, none for NULL.
with

lists as (

    select
        'three' as list,
        'a; b c; d' as listed

    union all

    select
        'one' as list,
        'e' as listed

    union all

    select
        'none' as list,
        cast(null as {{ type_string() }}) as listed

),

words as (

    select
        list,
        {{ each_of('listed') }} as word
    from lists

),

actual as (

    select list || ':' || word as line
    from words

),

expected as (

    select 'three:a' as line
    union all
    select 'three:b c' as line
    union all
    select 'three:d' as line
    union all
    select 'one:e' as line

)

select
    actual.line as actual_line,
    expected.line as expected_line
from actual
full outer join expected
    on actual.line = expected.line
where actual.line is null
    or expected.line is null
