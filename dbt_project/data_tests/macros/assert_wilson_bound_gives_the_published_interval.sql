-- Wilson's interval of 81 of 263, as Newcombe (1998) prints it: 0.2553 to 0.3662; nothing of ten.
with

examples as (

    select
        'lower bound' as example,
        {{ rounded_share(wilson_bound('cast(81 as double) / cast(263 as double)', 'cast(263 as double)', 'cast(1.959964 as double)', '-')) }} as actual,
        0.2553 as expected

    union all

    select
        'upper bound' as example,
        {{ rounded_share(wilson_bound('cast(81 as double) / cast(263 as double)', 'cast(263 as double)', 'cast(1.959964 as double)', '+')) }} as actual,
        0.3662 as expected

    union all

    select
        'nothing of ten, upper bound' as example,
        {{ rounded_share(wilson_bound('cast(0 as double)', 'cast(10 as double)', 'cast(1.959964 as double)', '+')) }} as actual,
        0.2775 as expected

)

select * from examples
where abs(actual - expected) >= 0.00005
    or actual is null
