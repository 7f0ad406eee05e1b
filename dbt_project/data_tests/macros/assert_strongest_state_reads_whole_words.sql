-- Case 3, and a former customer is no customer.
with

examples as (

    select
        'customer before prospect' as example,
        {{ strongest_state("'customer; prospect'") }} as actual,
        'customer' as expected

    union all

    select
        'former customer' as example,
        {{ strongest_state("'former_customer; other'") }} as actual,
        'former_customer' as expected

    union all

    select
        'a population of another kind' as example,
        {{ strongest_state("'other'") }} as actual,
        'unknown' as expected

    union all

    select
        'nothing' as example,
        {{ strongest_state('cast(null as ' ~ type_string() ~ ')') }} as actual,
        'unknown' as expected

)

select * from examples
where actual is distinct from expected
