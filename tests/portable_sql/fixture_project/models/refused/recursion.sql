with recursive  -- refused

rounds as (

    select cast(1 as bigint) as round_number
    union all
    select round_number + 1 as round_number from rounds where round_number < 3

)

select round_number from rounds
