-- A signed hash can be computed again on every engine.
with

examples as (

    select
        'three letters' as example,
        {{ sha256_text("'abc'") }} as actual,
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' as expected

    union all

    select
        'nothing' as example,
        {{ sha256_text("cast(null as " ~ type_string() ~ ")") }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select * from examples
where actual is distinct from expected
