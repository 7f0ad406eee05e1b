-- Ordered by the second argument, then by the text; NULLs are left out, and nothing is NULL.
with

items as (

    select 'one' as list_name, 'b' as item, 1 as place
    union all
    select 'one' as list_name, 'a' as item, 2 as place
    union all
    select 'one' as list_name, cast(null as {{ type_string() }}) as item, 0 as place
    union all
    select 'two' as list_name, 'z' as item, 1 as place
    union all
    select 'two' as list_name, 'y' as item, 1 as place
    union all
    select 'three' as list_name, cast(null as {{ type_string() }}) as item, 1 as place

),

lists as (

    select
        list_name,
        {{ ordered_list('item', 'place') }} as actual
    from items
    group by list_name

),

expected as (

    select 'one' as list_name, 'b, a' as expected
    union all
    select 'two' as list_name, 'y, z' as expected
    union all
    select 'three' as list_name, cast(null as {{ type_string() }}) as expected

)

select
    lists.list_name,
    lists.actual,
    expected.expected
from lists
inner join expected
    on lists.list_name = expected.list_name
where lists.actual is distinct from expected.expected
