-- Newcombe's (1998) example: 56 of 70 against 48 of 80, a difference of 0.20 between 0.0524 and 0.3339.
{%- set first = 'cast(56 as double) / cast(70 as double)' %}
{%- set other = 'cast(48 as double) / cast(80 as double)' %}
{%- set z = 'cast(1.959964 as double)' %}
with

bounds as (

    select
        {{ first }} as first_share,
        {{ other }} as other_share,
        {{ wilson_bound('(' ~ first ~ ')', 'cast(70 as double)', z, '-') }} as first_low,
        {{ wilson_bound('(' ~ first ~ ')', 'cast(70 as double)', z, '+') }} as first_high,
        {{ wilson_bound('(' ~ other ~ ')', 'cast(80 as double)', z, '-') }} as other_low,
        {{ wilson_bound('(' ~ other ~ ')', 'cast(80 as double)', z, '+') }} as other_high

),

examples as (

    select
        'lower bound' as example,
        {{ rounded_share(newcombe_bound('first_share', 'first_low', 'other_share', 'other_high', '-')) }} as actual,
        0.0524 as expected
    from bounds

    union all

    select
        'upper bound' as example,
        {{ rounded_share(newcombe_bound('first_share', 'first_high', 'other_share', 'other_low', '+')) }} as actual,
        0.3339 as expected
    from bounds

)

select * from examples
where abs(actual - expected) >= 0.00005
    or actual is null
