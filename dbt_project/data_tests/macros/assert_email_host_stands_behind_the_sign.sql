-- A text without the sign is no address.
with

examples as (

    select
        'address' as example,
        {{ email_host("' Ann@Acme.com'") }} as actual,
        'acme.com' as expected

    union all

    select
        'none' as example,
        {{ email_host("'acme.com'") }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
