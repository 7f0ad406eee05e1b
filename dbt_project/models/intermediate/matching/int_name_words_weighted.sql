with

name_words as (

    select * from {{ ref('int_name_words_placed') }}

),

background as (

    select * from {{ ref('name_words_background') }}

),

company_names as (

    select count(distinct core_words) as names_count
    from {{ ref('int_company_names_normalized') }}

),

background_names as (

    select names_count
    from background
    where word = '*'

),

words_counted as (

    select
        word,
        count(*) as names_count
    from name_words
    group by word

),

-- A word says as much as it is rare: the share of names that hold it, in halvings. What is known
-- of company names at large keeps short lists from taking "bank" for a rare word.
halved as (

    select
        words_counted.word,
        cast(words_counted.names_count as bigint) as names_count,
        {{ halvings_of('company_names.names_count + background_names.names_count') }}
        - {{ halvings_of('words_counted.names_count + coalesce(background.names_count, 0)') }}
            as rarity
    from words_counted
    cross join company_names
    cross join background_names
    left join background
        on words_counted.word = background.word

),

weighted as (

    select
        word,
        names_count,
        cast(greatest(rarity, 0) as bigint) as weight,
        substr('abcdefghijklmnopqrstuvwxyz', cast(greatest(rarity, 0) + 1 as int), 1)
        || '_' || word as weighted_word
    from halved

)

select * from weighted
