with

climbed as (

    select * from {{ ref('int_company_families_climbed') }}

),

chosen as (

    select * from {{ ref('int_company_parents_chosen') }}

),

-- Parents that run in a circle have no top: the least id of the circle stands for the family.
resolved as (

    select
        climbed.company_id,
        case
            when chosen.company_id is null then climbed.reached_company_id
            else circles.least_company_id
        end as family_company_id,
        case when chosen.company_id is null then climbed.levels_count end as levels_count,
        chosen.company_id is not null as is_endless
    from climbed
    inner join climbed as circles
        on climbed.reached_company_id = circles.company_id
    left join chosen
        on climbed.reached_company_id = chosen.company_id

)

select * from resolved
