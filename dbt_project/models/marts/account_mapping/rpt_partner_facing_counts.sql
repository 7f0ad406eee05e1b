with

matrix as (

    select * from {{ ref('rpt_overlap_matrix') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__partner_scores'), []) }}

),

-- What a partner may see of the overlap: its own rows by what they are to us. It knows how many of
-- its rows are customers, so the cells of one population must not give each other away.
counted as (

    select
        partner_id,
        cell,
        case when partner_state = 'customer' then 'customers' else 'prospects' end
            as partner_population,
        cast(sum(partner_records_count) as bigint) as accounts_count
    from matrix
    where cell <> 'unknown_coverage'
        and partner_records_count > 0
    group by
        partner_id,
        cell,
        case when partner_state = 'customer' then 'customers' else 'prospects' end

),

-- A small count names its accounts. Ordered by size, cells are held back until what is held back
-- together is no small group either, because one alone is the rest of the sum.
ordered as (

    select
        counted.*,
        sum(counted.accounts_count) over (
            partition by counted.partner_id, counted.partner_population
            order by counted.accounts_count nulls last, counted.cell nulls last
            rows between unbounded preceding and 1 preceding
        ) as smaller_count,
        rules.minimum_group_count
    from counted
    cross join rules

),

decided as (

    select
        ordered.*,
        accounts_count < minimum_group_count
        or coalesce(smaller_count < minimum_group_count, false) as is_withheld
    from ordered

),

facing as (

    select
        partner_id || '|' || cell as partner_facing_count_id,
        partner_id,
        cell,
        partner_population,
        case when not is_withheld then accounts_count end as accounts_count,
        is_withheld
    from decided

)

select * from facing
