with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}

),

finals as (

    select * from {{ ref('int_ae_finals_told') }}

),

paired as (

    select * from {{ ref('int_earlier_quarters_paired') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

earlier_finals as (

    select
        paired.fiscal_quarter,
        paired.week_number,
        finals.rep_id,
        finals.metric,
        finals.final_attainment
    from paired
    inner join finals
        on paired.earlier_quarter = finals.fiscal_quarter

),

of_company as (

    select
        fiscal_quarter,
        week_number,
        metric,
        {{ ratio('sum(final_attainment)', 'cast(count(*) as decimal(18,0))') }} as mean_attainment
    from earlier_finals
    group by fiscal_quarter, week_number, metric

),

of_reps as (

    select
        fiscal_quarter,
        week_number,
        rep_id,
        metric,
        sum(final_attainment) as attainments,
        count(*) as quarters_count
    from earlier_finals
    group by fiscal_quarter, week_number, rep_id, metric

),

-- A rep's own quarters count by their number, the company by its weight.
weighed as (

    select
        told_weeks.rep_id,
        told_weeks.fiscal_quarter,
        told_weeks.metric,
        told_weeks.week_number,
        coalesce(of_reps.attainments, 0)
        + cast(projection_rules.company_quarters * of_company.mean_attainment as decimal(18, 6))
            as weighed_attainments,
        coalesce(of_reps.quarters_count, 0) + projection_rules.company_quarters as weight
    from told_weeks
    cross join projection_rules
    inner join of_company
        on told_weeks.fiscal_quarter = of_company.fiscal_quarter
        and told_weeks.week_number = of_company.week_number
        and told_weeks.metric = of_company.metric
    left join of_reps
        on told_weeks.fiscal_quarter = of_reps.fiscal_quarter
        and told_weeks.week_number = of_reps.week_number
        and told_weeks.metric = of_reps.metric
        and told_weeks.rep_id = of_reps.rep_id
    where not told_weeks.is_frozen

),

learned as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        week_number,
        {{ ratio('weighed_attainments', 'weight') }} as prior_attainment
    from weighed

)

select * from learned
