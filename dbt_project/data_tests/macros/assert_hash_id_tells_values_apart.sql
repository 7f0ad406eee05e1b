-- NULL, an empty text and the place of a value all count: no two of these share a key.
with

keys as (

    select {{ hash_id(["cast(null as " ~ type_string() ~ ")", "'a'"]) }} as hash_key
    union all
    select {{ hash_id(["''", "'a'"]) }} as hash_key
    union all
    select {{ hash_id(["'a'", "''"]) }} as hash_key
    union all
    select {{ hash_id(["'a'", "cast(null as " ~ type_string() ~ ")"]) }} as hash_key

)

select hash_key
from keys
group by hash_key
having count(*) > 1
