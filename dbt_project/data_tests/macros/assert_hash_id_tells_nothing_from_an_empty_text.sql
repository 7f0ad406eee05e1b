-- NULL, an empty text and the place of a value all count.
with

examples as (

    select
        '32 digits' as example,
        cast(length({{ hash_id(["'a'", "'b'"]) }}) as {{ type_string() }}) as actual,
        '32' as expected

    union all

    select
        'a known hash' as example,
        {{ hash_id(["'a'"]) }} as actual,
        '0cc175b9c0f1b6a831c399e269772661' as expected

)

select * from examples
where actual is distinct from expected
