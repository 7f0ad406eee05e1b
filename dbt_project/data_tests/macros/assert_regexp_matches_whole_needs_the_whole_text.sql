-- A hit inside the text is not enough.
with

examples as (

    select
        'the whole text' as example,
        {{ regexp_matches_whole("'www.acme.com'", 'www\\..+') }} as actual,
        true as expected

    union all

    select
        'only a part' as example,
        {{ regexp_matches_whole("'xwww.acme.com'", 'www\\..+') }} as actual,
        false as expected

    union all

    select
        'alternatives' as example,
        {{ regexp_matches_whole("'ab'", 'a|b') }} as actual,
        false as expected

)

select * from examples
where actual is distinct from expected
