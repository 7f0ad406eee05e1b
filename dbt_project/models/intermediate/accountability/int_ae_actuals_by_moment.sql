with

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

results as (

    select * from {{ ref('int_ae_results_dated') }}

),

-- A week holds what happened until its end; a quarter all that is known of it, also a deal whose
-- close date is still to come.
actuals as (

    select
        moments.moment_id,
        results.rep_id,
        results.metric,
        cast(sum(results.value) as {{ type_money() }}) as value,
        cast(sum(results.base_value) as {{ type_money() }}) as base_value
    from moments
    inner join results
        on moments.fiscal_quarter = results.fiscal_quarter
        and moments.cutoff_step >= results.known_step
        and (moments.moment_kind <> 'week' or moments.through_on >= results.happened_on)
    group by moments.moment_id, results.rep_id, results.metric

)

select * from actuals
