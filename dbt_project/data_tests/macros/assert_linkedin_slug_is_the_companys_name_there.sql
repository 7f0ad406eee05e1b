-- Only addresses of companies, schools and showcases.
with

examples as (

    select
        'company' as example,
        {{ linkedin_slug("'https://www.linkedin.com/company/acme-corp/about/'") }} as actual,
        'acme-corp' as expected

    union all

    select
        'short' as example,
        {{ linkedin_slug("'LinkedIn.com/company/Acme'") }} as actual,
        'acme' as expected

    union all

    select
        'person' as example,
        {{ linkedin_slug("'https://www.linkedin.com/in/ann'") }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'other' as example,
        {{ linkedin_slug("'acme.com'") }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
