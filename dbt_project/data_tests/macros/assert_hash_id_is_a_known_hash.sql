-- The key of a value is the same on every engine and in every release.
with

examples as (

    select
        'one value' as example,
        {{ hash_id(["'a'"]) }} as actual,
        '0cc175b9c0f1b6a831c399e269772661' as expected

    union all

    select
        'two values' as example,
        {{ hash_id(["'a'", "'b'"]) }} as actual,
        'd0726241020676b14aa6298ce6a18b21' as expected

)

select * from examples
where actual is distinct from expected
