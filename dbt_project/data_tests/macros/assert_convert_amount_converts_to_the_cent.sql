-- Rates are units of the currency per unit of company currency; no float takes part.
with

examples as (

    select
        'by a rate' as example,
        {{ convert_amount('cast(100 as decimal(18,2))', 'cast(0.92 as decimal(18,6))') }} as actual,
        cast(108.70 as {{ type_money() }}) as expected

    union all

    select
        'exact half a cent' as example,
        {{ convert_amount('cast(0.01 as decimal(18,2))', 'cast(2 as decimal(18,6))') }} as actual,
        cast(0.01 as {{ type_money() }}) as expected

    union all

    select
        'negative half a cent' as example,
        {{ convert_amount('cast(-0.01 as decimal(18,2))', 'cast(2 as decimal(18,6))') }} as actual,
        cast(-0.01 as {{ type_money() }}) as expected

    union all

    select
        'the largest plausible amount' as example,
        {{ convert_amount(
            'cast(9999999999999.99 as decimal(18,2))',
            'cast(1 as decimal(18,6))'
        ) }} as actual,
        cast(9999999999999.99 as {{ type_money() }}) as expected

    union all

    select
        'no rate is no amount, never the amount itself' as example,
        {{ convert_amount('cast(5 as decimal(18,2))', 'cast(null as decimal(18,6))') }} as actual,
        cast(null as {{ type_money() }}) as expected

    union all

    select
        'a currency of large numbers' as example,
        {{ convert_amount(
            'cast(3000000000.00 as decimal(18,2))',
            'cast(3000000.25 as decimal(18,6))'
        ) }} as actual,
        cast(1000.00 as {{ type_money() }}) as expected

    union all

    select
        'no amount' as example,
        {{ convert_amount('cast(null as decimal(18,2))', 'cast(1 as decimal(18,6))') }} as actual,
        cast(null as {{ type_money() }}) as expected

)

select * from examples
where actual is distinct from expected
