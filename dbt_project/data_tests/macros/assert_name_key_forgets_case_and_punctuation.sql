-- Names of one list are compared without case, punctuation and doubled spaces.
with

examples as (

    select
        'punctuation' as example,
        {{ name_key("'  ACME, Inc.'") }} as actual,
        'acme inc' as expected

    union all

    select
        'another script' as example,
        {{ name_key("'Åkerlund & Söner'") }} as actual,
        'åkerlund söner' as expected

)

select * from examples
where actual is distinct from expected
