-- Both engines round a double the same way.
with

examples as (

    select
        'rounds up' as example,
        {{ rounded_share('cast(0.12345678 as double)') }} as actual,
        cast(0.123457 as {{ type_share() }}) as expected

    union all

    select
        'one' as example,
        {{ rounded_share('cast(1 as double)') }} as actual,
        cast(1 as {{ type_share() }}) as expected

    union all

    select
        'nothing' as example,
        {{ rounded_share('cast(null as double)') }} as actual,
        cast(null as {{ type_share() }}) as expected

)

select * from examples
where actual is distinct from expected
