with

legal_forms as (

    select * from {{ ref('legal_forms') }}

),

forms_as_words as (

    select
        country_code,
        {{ name_words(fold_text('legal_form')) }} as form_words
    from legal_forms

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
