with

signals as (

    select * from {{ policy_in_force(
        ref('stg_policy__priority_signals'), ['contribution', 'signal']
    ) }}

),

weights as (

    select * from {{ policy_in_force(ref('stg_policy__priority_weights'), ['contribution']) }}

),

weighted as (

    select
        signals.contribution,
        signals.signal,
        signals.half_life_days,
        weights.weight,
        signals.points_share,
        cast(weights.weight * signals.points_share as decimal(18, 8)) as signal_points
    from signals
    inner join weights
        on signals.contribution = weights.contribution

)

select * from weighted
