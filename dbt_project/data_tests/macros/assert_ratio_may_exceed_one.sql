-- An attainment far above the target keeps its size.
with

examples as (

    select
        'twelve times the target' as example,
        {{ ratio('36', '3') }} as actual,
        cast(12 as decimal(18, 6)) as expected

    union all

    select
        'no target' as example,
        {{ ratio('36', '0') }} as actual,
        cast(null as decimal(18, 6)) as expected

)

select * from examples
where actual is distinct from expected
