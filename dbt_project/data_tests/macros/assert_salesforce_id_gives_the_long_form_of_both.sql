-- Ids of 15 and of 18 characters are one id; what is neither stays as it is.
with

examples as (

    select
        'short' as example,
        written,
        expected
    from (
        select '0015500000Xyy06' as written, '0015500000Xyy06AAB' as expected
        union all
        select '001bm00001ZL8U9' as written, '001bm00001ZL8U9AAL' as expected
        union all
        select '0015500000Xyy06AAB' as written, '0015500000Xyy06AAB' as expected
        union all
        select 'A-17' as written, 'A-17' as expected
    ) as ids

)

select
    written,
    expected
from examples
where {{ salesforce_id('written') }} is distinct from expected
