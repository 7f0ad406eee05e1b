-- The weights in force make 100 points and the signals of each contribution make the whole of it;
-- else a score of 100 could not be reached, or passed.
with

weights as (

    select * from {{ policy_in_force(ref('stg_policy__priority_weights'), ['contribution']) }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}

),

weights_summed as (

    select
        'weights' as what,
        sum(weight) as total,
        cast(100 as decimal(18, 2)) as expected_total
    from weights
    having count(*) > 0

),

signals_summed as (

    select
        contribution as what,
        sum(points_share) as total,
        cast(1 as decimal(18, 2)) as expected_total
    from signals
    group by contribution

),

summed as (

    select * from weights_summed
    union all
    select * from signals_summed

)

select * from summed
where total <> expected_total
