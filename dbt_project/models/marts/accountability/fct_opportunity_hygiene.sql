with

measured as (

    select * from {{ ref('int_opportunity_hygiene_measured') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

rules as (

    select * from {{ policy_in_force(ref('stg_policy__opportunity_hygiene'), ['rule_id']) }}

),

-- One figure per rule, all read alike: more than what is allowed is flagged.
figures as (

    select
        opportunity_id,
        'no_recent_activity' as rule_id,
        silent_days as measured_count,
        last_activity_on as since_on,
        cast(null as {{ type_string() }}) as evidence
    from measured

    union all

    select
        opportunity_id,
        'next_step_missing' as rule_id,
        cast(case when next_step is null then 1 else 0 end as bigint) as measured_count,
        cast(null as date) as since_on,
        next_step as evidence
    from measured

    union all

    select
        opportunity_id,
        'next_step_overdue' as rule_id,
        next_step_overdue_days as measured_count,
        next_step_due_on as since_on,
        next_step as evidence
    from measured

    union all

    select
        opportunity_id,
        'close_date_past' as rule_id,
        close_date_past_days as measured_count,
        close_on as since_on,
        cast(null as {{ type_string() }}) as evidence
    from measured

    union all

    select
        opportunity_id,
        'close_date_pushed' as rule_id,
        pushes_count as measured_count,
        cast(null as date) as since_on,
        cast(null as {{ type_string() }}) as evidence
    from measured

    union all

    select
        opportunity_id,
        'stage_too_old' as rule_id,
        stage_days - stage_age_limit_days as measured_count,
        stage_entered_on as since_on,
        cast(null as {{ type_string() }}) as evidence
    from measured

),

flagged as (

    select
        {{ hash_id(['figures.opportunity_id', 'figures.rule_id']) }} as opportunity_hygiene_id,
        figures.opportunity_id,
        figures.rule_id,
        case when figures.measured_count is not null then figures.measured_count > rules.allowed_count end
            as is_flagged,
        cast(figures.measured_count as bigint) as measured_count,
        rules.allowed_count,
        figures.since_on,
        figures.evidence,
        opportunities.owner_rep_id,
        reps.manager_id,
        opportunities.account_id,
        opportunities.attribution_class,
        opportunities.partner_id,
        opportunities.stage_name,
        opportunities.close_on,
        opportunities.amount_company_currency,
        opportunities.exclusion,
        rules.policy_version
    from figures
    inner join rules
        on figures.rule_id = rules.rule_id
    left join opportunities
        on figures.opportunity_id = opportunities.opportunity_id
    left join reps
        on opportunities.owner_rep_id = reps.rep_id

)

select * from flagged
