with

name_words as (

    select * from {{ ref('int_name_words_placed') }}

),

word_weights as (

    select * from {{ ref('int_name_words_weighted') }}

),

-- The rarest word first: the blocks are made of the first ones.
joined as (

    select
        name_words.core_words,
        cast(sum(word_weights.weight) as bigint) as core_weight,
        cast(count(*) as bigint) as words_count,
        replace({{ ordered_list(
            'word_weights.weighted_word', '-word_weights.weight'
        ) }}, ', ', ' ') as weighted_words
    from name_words
    inner join word_weights
        on name_words.word = word_weights.word
    group by name_words.core_words

),

weighted as (

    select
        joined.*,
        replace(core_words, ' ', '') as compact_name,
        {{ initials('core_words') }} as initials
    from joined

)

select * from weighted
