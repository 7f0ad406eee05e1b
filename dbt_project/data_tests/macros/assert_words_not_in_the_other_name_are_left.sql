-- Weighted words are compared as wholes.
with

examples as (

    select
        'order does not count' as example,
        {{ words_not_in("'o_schwab g_charles'", "'g_charles o_schwab'") }} as actual,
        '' as expected

    union all

    select
        'one is left' as example,
        {{ words_not_in("'h_delta f_dental'", "'h_delta e_air f_lines'") }} as actual,
        'f_dental' as expected

    union all

    select
        'part of a word' as example,
        {{ words_not_in("'h_air'", "'h_airbus'") }} as actual,
        'h_air' as expected

)

select *
from examples
where actual is distinct from expected
