-- Case 44: punctuation, 'and' and 'the' say nothing of a company.
with

examples as (

    select
        'ampersand' as example,
        {{ name_words("'smith & sons'") }} as actual,
        'smith sons' as expected

    union all

    select
        'and' as example,
        {{ name_words("'smith and sons'") }} as actual,
        'smith sons' as expected

    union all

    select
        'the' as example,
        {{ name_words("'the coca-cola company'") }} as actual,
        'coca cola company' as expected

    union all

    select
        'dotted form' as example,
        {{ name_words("'acme s.p.a.'") }} as actual,
        'acme spa' as expected

    union all

    select
        'spaced form' as example,
        {{ name_words("'acme s a'") }} as actual,
        'acme sa' as expected

    union all

    select
        'slashed form' as example,
        {{ name_words("'maersk a/s'") }} as actual,
        'maersk as' as expected

    union all

    select
        'dots of initials' as example,
        {{ name_words("'j.p. morgan'") }} as actual,
        'jp morgan' as expected

    union all

    select
        'spaced initials' as example,
        {{ name_words("'j p morgan'") }} as actual,
        'jp morgan' as expected

    union all

    select
        'apostrophe' as example,
        {{ name_words("'mcdonald''s'") }} as actual,
        'mcdonalds' as expected

    union all

    select
        'glued form' as example,
        {{ name_words("'acme co.ltd.'") }} as actual,
        'acme co ltd' as expected

    union all

    select
        'comma' as example,
        {{ name_words("'acme, inc.'") }} as actual,
        'acme inc' as expected

    union all

    select
        'emoji' as example,
        {{ name_words("'acme 🚀'") }} as actual,
        'acme' as expected

    union all

    select
        'only signs' as example,
        {{ name_words("'-- !!'") }} as actual,
        '' as expected

    union all

    select
        'right to left' as example,
        {{ name_words("'شركة أرامكو'") }} as actual,
        'شركة أرامكو' as expected

)

select *
from examples
where actual is distinct from expected
