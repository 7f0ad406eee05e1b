-- One letter or two that changed places from four letters on, two letters from nine on.
with

examples as (

    select
        'one letter' as example,
        {{ words_without_twin("'o_wexfrod'", "'k_wexford'") }} as actual,
        '' as expected

    union all

    select
        'swapped' as example,
        {{ words_without_twin("'o_enegry'", "'e_energy'") }} as actual,
        '' as expected

    union all

    select
        'short words differ' as example,
        {{ words_without_twin("'o_abs'", "'o_ati'") }} as actual,
        'o_abs' as expected

    union all

    select
        'other words differ' as example,
        {{ words_without_twin("'f_dental'", "'f_airlines'") }} as actual,
        'f_dental' as expected

    union all

    select
        'two of nine' as example,
        {{ words_without_twin("'o_bahnhoffstrase'", "'k_bahnhofstrasse'") }} as actual,
        '' as expected

    union all

    select
        'two of six differ' as example,
        {{ words_without_twin("'o_dalton'", "'k_daltro'") }} as actual,
        'o_dalton' as expected

)

select *
from examples
where actual is distinct from expected
