-- Cities as people type them.
with

examples as (

    select
        'saint' as example,
        {{ city_key("'st. louis'") }} as actual,
        'saint louis' as expected

    union all

    select
        'whole saint' as example,
        {{ city_key("'saint louis'") }} as actual,
        'saint louis' as expected

    union all

    select
        'umlaut' as example,
        {{ city_key("'munchen '") }} as actual,
        'munchen' as expected

    union all

    select
        'post code' as example,
        {{ city_key("'10117 berlin'") }} as actual,
        'berlin' as expected

    union all

    select
        'blank' as example,
        {{ city_key("' '") }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
