-- Half after one half-life, a quarter after two; what has no day or no half-life does not fade.
with

examples as (

    select
        'today' as example,
        {{ decayed("cast('2026-03-02' as date)", "cast('2026-03-02' as date)", '30') }} as actual,
        cast(1 as {{ type_share() }}) as expected

    union all

    select
        'one half-life' as example,
        {{ decayed("cast('2026-01-31' as date)", "cast('2026-03-02' as date)", '30') }} as actual,
        cast(0.5 as {{ type_share() }}) as expected

    union all

    select
        'two half-lives' as example,
        {{ decayed("cast('2026-01-01' as date)", "cast('2026-03-02' as date)", '30') }} as actual,
        cast(0.25 as {{ type_share() }}) as expected

    union all

    select
        'a day to come' as example,
        {{ decayed("cast('2026-03-09' as date)", "cast('2026-03-02' as date)", '30') }} as actual,
        cast(1 as {{ type_share() }}) as expected

    union all

    select
        'no day' as example,
        {{ decayed('cast(null as date)', "cast('2026-03-02' as date)", '30') }} as actual,
        cast(1 as {{ type_share() }}) as expected

    union all

    select
        'no half-life' as example,
        {{ decayed(
            "cast('2020-01-01' as date)",
            "cast('2026-03-02' as date)",
            'cast(null as bigint)'
        ) }} as actual,
        cast(1 as {{ type_share() }}) as expected

)

select * from examples
where actual is distinct from expected
