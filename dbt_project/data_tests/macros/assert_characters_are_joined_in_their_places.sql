-- A text taken apart and joined again is the text, with every character once.
with

texts as (

    select 'Ä-株 😀b' as whole

),

characters as (

    select
        whole,
        {{ each_character('whole') }}
    from texts

),

joined as (

    select
        whole,
        count(*) as characters_count,
        {{ joined_in_place('one_character', 'place') }} as actual
    from characters
    group by whole

)

select *
from joined
where actual is distinct from whole or characters_count <> 6
