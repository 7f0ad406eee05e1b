-- Chinese, Japanese and Korean forms stand before or behind without a blank.
with

examples as (

    select
        'before' as example,
        {{ cjk_forms_removed("'株式会社リテックス'") }} as actual,
        ' リテックス' as expected

    union all

    select
        'behind' as example,
        {{ cjk_forms_removed("'华为技术有限公司'") }} as actual,
        '华为技术 ' as expected

    union all

    select
        'sign' as example,
        {{ cjk_forms_removed("'(株)日立'") }} as actual,
        ' 日立' as expected

    union all

    select
        'korean' as example,
        {{ cjk_forms_removed("'한라전자(주)'") }} as actual,
        '한라전자 ' as expected

)

select *
from examples
where actual is distinct from expected
