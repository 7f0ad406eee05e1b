with

company_records as (

    select * from {{ ref('int_company_records_unified') }}

),

legal_forms as (

    select * from {{ ref('legal_forms') }}

),

character_foldings as (

    select * from {{ ref('character_foldings') }}

),

typed as (

    select account_name as typed_text from company_records
    where length(account_name) <= 250
    union
    select city as typed_text from company_records
    where length(city) <= 250
    union
    select legal_form as typed_text from legal_forms

),

-- Plain text has no other spelling than its small letters, and most texts are plain.
beyond_ascii as (

    select
        typed_text,
        {{ regexp_replace_all('typed_text', '[\\s\\p{Z}]+', ' ') }} as spaced_text
    from typed
    where not {{ regexp_matches_whole('typed_text', '[ -~]*') }}

),

characters as (

    select
        typed_text,
        {{ each_character('spaced_text') }}
    from beyond_ascii

),

foldings as (

    select
        folded,
        {{ each_of('characters', '') }} as one_character
    from character_foldings

),

-- Case 44: neither engine has NFKC, so each character is looked up.
looked_up as (

    select
        characters.typed_text,
        characters.place,
        case
            when foldings.one_character is null then lower(characters.one_character)
            else coalesce(foldings.folded, '')
        end as folded_character
    from characters
    left join foldings
        on characters.one_character = foldings.one_character

),

folded as (

    select
        typed_text,
        {{ joined_in_place('folded_character', 'place') }} as folded_text
    from looked_up
    group by typed_text

)

select * from folded
