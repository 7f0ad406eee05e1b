with

chosen as (

    select * from {{ ref('int_company_parents_chosen') }}

),

members as (

    select company_id from chosen
    union
    select parent_company_id as company_id from chosen

),

climb_1 as (

    select
        members.company_id,
        coalesce(chosen.parent_company_id, members.company_id) as reached_company_id,
        cast(case when chosen.company_id is null then 0 else 1 end as bigint) as levels_count,
        least(members.company_id, chosen.parent_company_id) as least_company_id
    from members
    left join chosen
        on members.company_id = chosen.company_id

),

-- Each round doubles how far up is looked: three rounds see 8 levels.
climb_2 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_1 as near
    inner join climb_1 as far
        on near.reached_company_id = far.company_id

),

climb_4 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_2 as near
    inner join climb_2 as far
        on near.reached_company_id = far.company_id

),

climb_8 as (

    select
        near.company_id,
        far.reached_company_id,
        near.levels_count + far.levels_count as levels_count,
        least(near.least_company_id, far.least_company_id) as least_company_id
    from climb_4 as near
    inner join climb_4 as far
        on near.reached_company_id = far.company_id

),

climbed as (

    select
        company_id,
        reached_company_id,
        levels_count,
        least_company_id
    from climb_8

)

select * from climbed
