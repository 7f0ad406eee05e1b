with

first_round as (

    select cast(1 as bigint) as round_number

),

second_round as (

    select round_number + 1 as round_number from first_round

)

select * from first_round
union all
select * from second_round
