with

climb_8 as (

    select * from {{ ref('int_company_parents_climbed') }}

),

-- Three more rounds see 64 levels; a circle ends where it began to repeat.
climb_16 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_8 as near
    inner join climb_8 as far
        on near.reached_company_id = far.company_id

),

climb_32 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_16 as near
    inner join climb_16 as far
        on near.reached_company_id = far.company_id

),

climb_64 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_32 as near
    inner join climb_32 as far
        on near.reached_company_id = far.company_id

),

climbed as (

    select
        company_id,
        reached_company_id,
        levels_count,
        least_company_id
    from climb_64

)

select * from climbed
