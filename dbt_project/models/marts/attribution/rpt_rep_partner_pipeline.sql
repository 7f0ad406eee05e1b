with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

partners as (

    select * from {{ ref('dim_partners') }}

),

ledger_by_opportunity as (

    select
        rep_id,
        partner_id,
        opportunity_id,
        origin_quarter as fiscal_quarter,
        measure,
        attribution_class,
        sum(amount_company_currency) as amount
    from ledger
    where exclusion is null
    group by rep_id, partner_id, opportunity_id, origin_quarter, measure, attribution_class

),

-- Open is what of the balance belongs to deals that are open today: a rep who holds a part of a
-- split deal has that part (case 26), and the rep of the day of creation keeps it (case 1).
ledger_balances as (

    select
        ledger_by_opportunity.rep_id,
        ledger_by_opportunity.partner_id,
        ledger_by_opportunity.fiscal_quarter,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'sourced'
            then ledger_by_opportunity.amount else 0
        end) as sourced_pipeline_amount,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'influenced'
            then ledger_by_opportunity.amount else 0
        end) as influenced_pipeline_amount,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'direct'
            then ledger_by_opportunity.amount else 0
        end) as direct_pipeline_amount,
        sum(case
            when ledger_by_opportunity.measure = 'bookings'
                and ledger_by_opportunity.attribution_class = 'sourced'
            then ledger_by_opportunity.amount else 0
        end) as sourced_bookings_amount,
        sum(case
            when ledger_by_opportunity.measure = 'bookings'
                and ledger_by_opportunity.attribution_class = 'influenced'
            then ledger_by_opportunity.amount else 0
        end) as influenced_bookings_amount,
        sum(case
            when ledger_by_opportunity.measure = 'bookings'
                and ledger_by_opportunity.attribution_class = 'direct'
            then ledger_by_opportunity.amount else 0
        end) as direct_bookings_amount,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'sourced'
                and not opportunities.is_closed
                and not opportunities.is_deleted
            then ledger_by_opportunity.amount else 0
        end) as open_sourced_pipeline_amount,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'influenced'
                and not opportunities.is_closed
                and not opportunities.is_deleted
            then ledger_by_opportunity.amount else 0
        end) as open_influenced_pipeline_amount,
        sum(case
            when ledger_by_opportunity.measure = 'pipeline_created'
                and ledger_by_opportunity.attribution_class = 'direct'
                and not opportunities.is_closed
                and not opportunities.is_deleted
            then ledger_by_opportunity.amount else 0
        end) as open_direct_pipeline_amount
    from ledger_by_opportunity
    left join opportunities
        on ledger_by_opportunity.opportunity_id = opportunities.opportunity_id
    group by
        ledger_by_opportunity.rep_id,
        ledger_by_opportunity.partner_id,
        ledger_by_opportunity.fiscal_quarter

),

-- The rep's own number of the quarter, whoever helped: what each row is a part of.
rep_numbers as (

    select
        rep_id,
        fiscal_quarter,
        sum(case when measure = 'pipeline_created' then amount else 0 end) as rep_pipeline_amount,
        sum(case when measure = 'bookings' then amount else 0 end) as rep_bookings_amount
    from ledger_by_opportunity
    group by rep_id, fiscal_quarter

),

opportunity_counts as (

    select
        rep_id,
        partner_id,
        created_quarter as fiscal_quarter,
        sum(case when attribution_class = 'sourced' then 1 else 0 end) as sourced_opportunities_count,
        sum(case when attribution_class = 'influenced' then 1 else 0 end)
            as influenced_opportunities_count,
        sum(case when attribution_class = 'direct' then 1 else 0 end) as direct_opportunities_count
    from opportunities
    where exclusion is null
        and not is_deleted
    group by rep_id, partner_id, created_quarter

),

won_counts as (

    select
        booked_rep_id as rep_id,
        partner_id,
        booked_quarter as fiscal_quarter,
        sum(case when attribution_class = 'sourced' then 1 else 0 end) as won_sourced_opportunities_count,
        sum(case when attribution_class = 'influenced' then 1 else 0 end)
            as won_influenced_opportunities_count,
        sum(case when attribution_class = 'direct' then 1 else 0 end) as won_direct_opportunities_count
    from opportunities
    where exclusion is null
        and not is_deleted
        and is_won
    group by booked_rep_id, partner_id, booked_quarter

),

-- Only what may count as engagement: a downloaded list or an automatic mail is no conversation.
touch_counts as (

    select
        rep_id,
        partner_id,
        fiscal_quarter,
        count(*) as partner_touches_count,
        sum(case when touch_type = 'joint_call' then 1 else 0 end) as joint_calls_count,
        count(distinct account_id) as touched_accounts_count
    from touches
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'
    group by rep_id, partner_id, fiscal_quarter

),

row_keys as (

    select rep_id, partner_id, fiscal_quarter from ledger_balances
    union
    select rep_id, partner_id, fiscal_quarter from opportunity_counts
    union
    select rep_id, partner_id, fiscal_quarter from won_counts
    union
    select rep_id, partner_id, fiscal_quarter from touch_counts

),

rep_partner_quarters as (

    select
        {{ hash_id(['row_keys.rep_id', 'row_keys.partner_id', 'row_keys.fiscal_quarter']) }}
            as rep_partner_quarter_id,
        row_keys.rep_id,
        reps.rep_name,
        -- Case 23: what nobody in a seat holds stays in the totals, under a name and a manager.
        case
            when row_keys.rep_id is null then 'unassigned'
            when not coalesce(reps.is_active, false) then 'inactive'
            when not reps.has_quota_seat then 'no_seat'
            else 'in_seat'
        end as rep_status,
        reps.manager_id,
        reps.manager_name,
        row_keys.partner_id,
        partners.partner_name,
        row_keys.fiscal_quarter,
        cast(coalesce(touch_counts.partner_touches_count, 0) as bigint) as partner_touches_count,
        cast(coalesce(touch_counts.joint_calls_count, 0) as bigint) as joint_calls_count,
        cast(coalesce(touch_counts.touched_accounts_count, 0) as bigint) as touched_accounts_count,
        cast(coalesce(opportunity_counts.sourced_opportunities_count, 0) as bigint)
            as sourced_opportunities_count,
        cast(coalesce(opportunity_counts.influenced_opportunities_count, 0) as bigint)
            as influenced_opportunities_count,
        cast(coalesce(opportunity_counts.direct_opportunities_count, 0) as bigint)
            as direct_opportunities_count,
        cast(coalesce(won_counts.won_sourced_opportunities_count, 0) as bigint)
            as won_sourced_opportunities_count,
        cast(coalesce(won_counts.won_influenced_opportunities_count, 0) as bigint)
            as won_influenced_opportunities_count,
        cast(coalesce(won_counts.won_direct_opportunities_count, 0) as bigint)
            as won_direct_opportunities_count,
        cast(coalesce(ledger_balances.sourced_pipeline_amount, 0) as {{ type_money() }})
            as sourced_pipeline_amount,
        cast(coalesce(ledger_balances.influenced_pipeline_amount, 0) as {{ type_money() }})
            as influenced_pipeline_amount,
        cast(coalesce(ledger_balances.direct_pipeline_amount, 0) as {{ type_money() }})
            as direct_pipeline_amount,
        cast(coalesce(ledger_balances.sourced_bookings_amount, 0) as {{ type_money() }})
            as sourced_bookings_amount,
        cast(coalesce(ledger_balances.influenced_bookings_amount, 0) as {{ type_money() }})
            as influenced_bookings_amount,
        cast(coalesce(ledger_balances.direct_bookings_amount, 0) as {{ type_money() }})
            as direct_bookings_amount,
        cast(coalesce(ledger_balances.open_sourced_pipeline_amount, 0) as {{ type_money() }})
            as open_sourced_pipeline_amount,
        cast(coalesce(ledger_balances.open_influenced_pipeline_amount, 0) as {{ type_money() }})
            as open_influenced_pipeline_amount,
        cast(coalesce(ledger_balances.open_direct_pipeline_amount, 0) as {{ type_money() }})
            as open_direct_pipeline_amount,
        cast(coalesce(rep_numbers.rep_pipeline_amount, 0) as {{ type_money() }})
            as rep_pipeline_amount,
        cast(coalesce(rep_numbers.rep_bookings_amount, 0) as {{ type_money() }})
            as rep_bookings_amount
    from row_keys
    left join ledger_balances
        on row_keys.rep_id is not distinct from ledger_balances.rep_id
        and row_keys.partner_id is not distinct from ledger_balances.partner_id
        and row_keys.fiscal_quarter is not distinct from ledger_balances.fiscal_quarter
    left join opportunity_counts
        on row_keys.rep_id is not distinct from opportunity_counts.rep_id
        and row_keys.partner_id is not distinct from opportunity_counts.partner_id
        and row_keys.fiscal_quarter is not distinct from opportunity_counts.fiscal_quarter
    left join won_counts
        on row_keys.rep_id is not distinct from won_counts.rep_id
        and row_keys.partner_id is not distinct from won_counts.partner_id
        and row_keys.fiscal_quarter is not distinct from won_counts.fiscal_quarter
    left join touch_counts
        on row_keys.rep_id is not distinct from touch_counts.rep_id
        and row_keys.partner_id is not distinct from touch_counts.partner_id
        and row_keys.fiscal_quarter is not distinct from touch_counts.fiscal_quarter
    left join rep_numbers
        on row_keys.rep_id is not distinct from rep_numbers.rep_id
        and row_keys.fiscal_quarter is not distinct from rep_numbers.fiscal_quarter
    left join reps
        on row_keys.rep_id = reps.rep_id
    left join partners
        on row_keys.partner_id = partners.partner_id

)

select * from rep_partner_quarters
