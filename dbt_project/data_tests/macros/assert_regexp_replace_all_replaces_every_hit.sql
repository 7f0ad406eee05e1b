-- Every hit goes, and a backslash means the same on every engine.
with

examples as (

    select
        'every hit' as example,
        {{ regexp_replace_all("'a.b.c'", '\\.', '-') }} as actual,
        'a-b-c' as expected

    union all

    select
        'letters of any script' as example,
        {{ regexp_replace_all("'ünï, x'", '[^\\p{L}]+', ' ') }} as actual,
        'ünï x' as expected

    union all

    select
        'nothing to replace' as example,
        {{ regexp_replace_all("'abc'", '[0-9]', '') }} as actual,
        'abc' as expected

)

select * from examples
where actual is distinct from expected
