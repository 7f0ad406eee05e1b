with

company_names as (

    select * from {{ ref('int_company_names_normalized') }}

),

cores as (

    select core_words
    from company_names
    where core_words is not null
    group by core_words

),

placed as (

    select
        core_words,
        {{ each_of('core_words', ' ') }} as word
    from cores

),

words as (

    select
        core_words,
        word
    from placed
    group by core_words, word

)

select * from words
