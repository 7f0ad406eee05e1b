-- One rounding at the end, halves away from zero.
with

examples as (

    select
        'a third' as example,
        {{ share_of_amount('cast(100 as decimal(18,2))', '1', '3') }} as actual,
        cast(33.33 as {{ type_money() }}) as expected

    union all

    select
        'half a cent' as example,
        {{ share_of_amount('cast(0.01 as decimal(18,2))', '1', '2') }} as actual,
        cast(0.01 as {{ type_money() }}) as expected

    union all

    select
        'a large amount' as example,
        {{ share_of_amount('cast(9000000000000.00 as decimal(18,2))', '45', '90') }} as actual,
        cast(4500000000000.00 as {{ type_money() }}) as expected

    union all

    select
        'nothing to share by' as example,
        {{ share_of_amount('cast(1 as decimal(18,2))', '1', '0') }} as actual,
        cast(null as {{ type_money() }}) as expected

)

select * from examples
where actual is distinct from expected
