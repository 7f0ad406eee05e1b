-- Case 44: the same letters however they were typed.
with

examples as (

    select
        'plain' as example,
        {{ fold_text("'ACME Inc'") }} as actual,
        'acme inc' as expected

    union all

    select
        'accents' as example,
        {{ fold_text("'Škoda Ålesund'") }} as actual,
        'skoda alesund' as expected

    union all

    select
        'combining' as example,
        {{ fold_text("'Café'") }} as actual,
        'cafe' as expected

    union all

    select
        'sharp s' as example,
        {{ fold_text("'Straße'") }} as actual,
        'strasse' as expected

    union all

    select
        'ligature' as example,
        {{ fold_text("'Œuvre ﬁrst'") }} as actual,
        'oeuvre first' as expected

    union all

    select
        'fullwidth' as example,
        {{ fold_text("'ＡＢＣ１'") }} as actual,
        'abc1' as expected

    union all

    select
        'greek' as example,
        {{ fold_text("'ΆΛΦΑ'") }} as actual,
        'αλφα' as expected

    union all

    select
        'untouched' as example,
        {{ fold_text("'株式会社'") }} as actual,
        '株式会社' as expected

    union all

    select
        'none' as example,
        {{ fold_text('cast(null as ' ~ type_string() ~ ')') }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select *
from examples
where actual is distinct from expected
