-- A zero denominator gives NULL, never infinity.
with

examples as (

    select
        'a third' as example,
        {{ share('1', '3') }} as actual,
        cast(0.333333 as {{ type_share() }}) as expected

    union all

    select
        'two thirds' as example,
        {{ share('2', '3') }} as actual,
        cast(0.666667 as {{ type_share() }}) as expected

    union all

    select
        'exact half of the last place' as example,
        {{ share('1', '2000000') }} as actual,
        cast(0.000001 as {{ type_share() }}) as expected

    union all

    select
        'money' as example,
        {{ share('cast(50.05 as decimal(18,2))', 'cast(100.10 as decimal(18,2))') }} as actual,
        cast(0.5 as {{ type_share() }}) as expected

    union all

    select
        'nothing of nothing' as example,
        {{ share('0', '0') }} as actual,
        cast(null as {{ type_share() }}) as expected

)

select * from examples
where actual is distinct from expected
