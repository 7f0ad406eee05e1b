-- Two systems that write one website differently write the same one.
with

examples as (

    select
        'scheme, www and path' as example,
        {{ website_key("' HTTPS://www.Acme.com/about?x=1'") }} as actual,
        'acme.com' as expected

    union all

    select
        'a bare domain' as example,
        {{ website_key("'acme.com'") }} as actual,
        'acme.com' as expected

    union all

    select
        'a host below it is another' as example,
        {{ website_key("'shop.acme.com'") }} as actual,
        'shop.acme.com' as expected

)

select * from examples
where actual is distinct from expected
