with

moments as (

    select * from {{ ref('int_ae_moments_listed') }}

),

results as (

    select * from {{ ref('int_ae_results_dated') }}

),

first_facts as (

    select
        metric,
        known_step,
        min(happened_on) as first_fact_on
    from results
    group by metric, known_step

),

-- Case 48: a metric has history from the first fact of its kind that anybody in the company has.
begun as (

    select
        moments.moment_id,
        first_facts.metric,
        min(first_facts.first_fact_on) as first_fact_on
    from moments
    inner join first_facts
        on moments.cutoff_step >= first_facts.known_step
        and first_facts.first_fact_on
        <= case when moments.moment_kind = 'week' then moments.through_on else moments.quarter_ends_on end
    group by moments.moment_id, first_facts.metric

)

select * from begun
