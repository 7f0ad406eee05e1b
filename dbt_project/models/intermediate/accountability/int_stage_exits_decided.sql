with

stage_values as (

    select * from {{ ref('fct_opportunity_history') }}
    where field_name = 'stage'

),

owners as (

    select * from {{ ref('int_crm_opportunity_owners_dated') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}
    where not is_deleted

),

stages as (

    select * from {{ policy_in_force(ref('stg_policy__stages'), ['stage_name']) }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

entries as (

    select
        stage_values.opportunity_id,
        stage_values.effective_at,
        stage_values.known_step,
        stages.stage_number,
        stages.is_closed,
        stages.is_won
    from stage_values
    inner join opportunities
        on stage_values.opportunity_id = opportunities.opportunity_id
    inner join stages
        on stage_values.field_value = stages.stage_name

),

-- An open stage is decided by the first later moment at which the deal is further on, won or lost.
-- A move back decides nothing, and a stage that is entered again counts once.
decisions_ranked as (

    select
        entries.opportunity_id,
        entries.stage_number,
        later.effective_at as decided_at,
        later.known_step,
        case when later.is_closed and not later.is_won then 0 else 1 end as advanced_count,
        row_number() over (
            partition by entries.opportunity_id, entries.stage_number
            order by later.effective_at nulls last, later.known_step nulls last
        ) as decision_rank
    from entries
    inner join entries as later
        on entries.opportunity_id = later.opportunity_id
        and entries.effective_at < later.effective_at
        and (later.is_closed or entries.stage_number < later.stage_number)
    where not entries.is_closed

),

decisions as (

    select
        opportunity_id,
        stage_number,
        decided_at,
        {{ company_date('decided_at') }} as decided_on,
        known_step,
        advanced_count
    from decisions_ranked
    where decision_rank = 1

),

-- The owner as of the decision, of two records of one moment the one that was written down.
owners_ranked as (

    select
        decisions.*,
        owners.owner_user_id,
        row_number() over (
            partition by decisions.opportunity_id, decisions.stage_number
            order by
                owners.effective_at desc nulls last,
                owners.evidence_rank nulls last,
                owners.known_step nulls last,
                owners.owner_user_id nulls last
        ) as owner_rank
    from decisions
    inner join owners
        on decisions.opportunity_id = owners.opportunity_id
        and decisions.decided_at >= owners.effective_at

),

decided as (

    select
        owners_ranked.opportunity_id
        || '|' || cast(owners_ranked.stage_number as {{ type_string() }}) as case_id,
        owners_ranked.owner_user_id as rep_id,
        fiscal_days.fiscal_quarter,
        owners_ranked.decided_on as happened_on,
        owners_ranked.known_step,
        cast(owners_ranked.advanced_count as {{ type_money() }}) as value,
        cast(1 as {{ type_money() }}) as base_value
    from owners_ranked
    inner join fiscal_days
        on owners_ranked.decided_on = fiscal_days.day_on
    where owners_ranked.owner_rank = 1
        and owners_ranked.owner_user_id is not null

)

select * from decided
