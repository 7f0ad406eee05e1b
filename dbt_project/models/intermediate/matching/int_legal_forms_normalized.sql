with

legal_forms as (

    select * from {{ ref('legal_forms') }}

),

texts_folded as (

    select * from {{ ref('int_texts_folded') }}

),

forms_folded as (

    select
        legal_forms.country_code,
        coalesce(texts_folded.folded_text, lower(legal_forms.legal_form)) as folded_form
    from legal_forms
    left join texts_folded
        on legal_forms.legal_form = texts_folded.typed_text

),

forms_as_words as (

    select
        country_code,
        {{ name_words('folded_form') }} as form_words
    from forms_folded

),

normalized as (

    select
        country_code,
        form_words,
        cast(length(form_words) - length(replace(form_words, ' ', '')) + 1 as bigint)
            as words_count
    from forms_as_words
    where form_words <> ''
    group by country_code, form_words

)

select * from normalized
