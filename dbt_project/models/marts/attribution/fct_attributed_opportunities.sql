with

positions as (

    select * from {{ ref('int_ledger_positions_evaluated') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

ranked as (

    select
        positions.*,
        rank() over (
            partition by opportunity_id, measure
            order by known_step desc nulls last
        ) as position_rank
    from positions

),

-- A deal that is split among reps has a credit for each: the largest names the rep of the deal.
newest as (

    select
        ranked.*,
        sum(amount_company_currency) over (
            partition by opportunity_id, measure
        ) as deal_amount_company_currency
    from ranked
    where position_rank = 1

),

pipeline as (

    select *
    from newest
    where measure = 'pipeline_created' and credit_number = 1

),

bookings as (

    select *
    from newest
    where measure = 'bookings' and credit_number = 1

),

attributed as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.opportunity_name,
        opportunities.opportunity_type,
        opportunities.stage_name,
        opportunities.stage_number,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.is_deleted,
        opportunities.created_on,
        opportunities.close_on,
        pipeline.origin_quarter as created_quarter,
        bookings.origin_quarter as booked_quarter,
        pipeline.attribution_class,
        pipeline.partner_id,
        pipeline.rep_id,
        pipeline.manager_id,
        bookings.rep_id as booked_rep_id,
        opportunities.owner_user_id as owner_rep_id,
        opportunities.amount,
        pipeline.currency,
        cast(pipeline.deal_amount_company_currency as {{ type_money() }}) as amount_company_currency,
        pipeline.conversion_rate,
        pipeline.rate_on,
        pipeline.rate_kind,
        pipeline.exclusion,
        pipeline.rule_id,
        pipeline.tie_break,
        pipeline.override_id,
        pipeline.deciding_touch_id,
        pipeline.evidence_touch_ids,
        pipeline.partners_count,
        pipeline.policy_version,
        opportunities.batch_id,
        opportunities.source_file,
        opportunities.source_sha256,
        opportunities.source_row_number
    from opportunities
    inner join pipeline
        on opportunities.opportunity_id = pipeline.opportunity_id
    left join bookings
        on opportunities.opportunity_id = bookings.opportunity_id

)

select * from attributed
