-- A domain is one, written in its own letters or in those of the domain name system.
with

examples as (

    select
        'umlaut' as example,
        {{ unicode_host("'www.xn--mller-brauerei-gsb.de'") }} as actual,
        'www.müller-brauerei.de' as expected

    union all

    select
        'every label' as example,
        {{ unicode_host("'xn--85x722f.xn--55qx5d.cn'") }} as actual,
        '食狮.公司.cn' as expected

    union all

    select
        'beyond the first plane' as example,
        {{ unicode_host("'xn--e28h.example.com'") }} as actual,
        '😀.example.com' as expected

    union all

    select
        'plain' as example,
        {{ unicode_host("'www.example.com'") }} as actual,
        'www.example.com' as expected

    union all

    select
        'not well formed' as example,
        {{ unicode_host("'xn--99999999.com'") }} as actual,
        'xn--99999999.com' as expected

    union all

    select
        'none' as example,
        {{ unicode_host('cast(null as ' ~ type_string() ~ ')') }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
