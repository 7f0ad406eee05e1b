-- The last parts of a host, all of it when it has fewer.
with

examples as (

    select
        'two of three' as example,
        {{ last_labels("'shop.acme.com'", '2') }} as actual,
        'acme.com' as expected

    union all

    select
        'one' as example,
        {{ last_labels("'shop.acme.com'", '1') }} as actual,
        'com' as expected

    union all

    select
        'all' as example,
        {{ last_labels("'acme.com'", '2') }} as actual,
        'acme.com' as expected

)

select * from examples
where actual is distinct from expected
