with

records as (

    select * from {{ ref('fct_rep_partner_records') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

partners as (

    select * from {{ ref('dim_partners') }}

),

summed as (

    select
        rep_id,
        partner_id,
        fiscal_quarter,
        sum(case when figure = 'partner_touches' then 1 else 0 end) as partner_touches_count,
        sum(case when touch_type = 'joint_call' then 1 else 0 end) as joint_calls_count,
        count(distinct case when figure = 'partner_touches' then account_id end)
            as touched_accounts_count,
        sum(case
            when figure = 'opportunities_created' and attribution_class = 'sourced'
            then 1 else 0
        end) as sourced_opportunities_count,
        sum(case
            when figure = 'opportunities_created' and attribution_class = 'influenced'
            then 1 else 0
        end) as influenced_opportunities_count,
        sum(case
            when figure = 'opportunities_created' and attribution_class = 'direct'
            then 1 else 0
        end) as direct_opportunities_count,
        sum(case
            when figure = 'opportunities_won' and attribution_class = 'sourced'
            then 1 else 0
        end) as won_sourced_opportunities_count,
        sum(case
            when figure = 'opportunities_won' and attribution_class = 'influenced'
            then 1 else 0
        end) as won_influenced_opportunities_count,
        sum(case
            when figure = 'opportunities_won' and attribution_class = 'direct'
            then 1 else 0
        end) as won_direct_opportunities_count,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'sourced'
            then amount_company_currency else 0
        end) as sourced_pipeline_amount,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'influenced'
            then amount_company_currency else 0
        end) as influenced_pipeline_amount,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'direct'
            then amount_company_currency else 0
        end) as direct_pipeline_amount,
        sum(case
            when figure = 'bookings' and attribution_class = 'sourced'
            then amount_company_currency else 0
        end) as sourced_bookings_amount,
        sum(case
            when figure = 'bookings' and attribution_class = 'influenced'
            then amount_company_currency else 0
        end) as influenced_bookings_amount,
        sum(case
            when figure = 'bookings' and attribution_class = 'direct'
            then amount_company_currency else 0
        end) as direct_bookings_amount,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'sourced' and is_open
            then amount_company_currency else 0
        end) as open_sourced_pipeline_amount,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'influenced' and is_open
            then amount_company_currency else 0
        end) as open_influenced_pipeline_amount,
        sum(case
            when figure = 'pipeline_created' and attribution_class = 'direct' and is_open
            then amount_company_currency else 0
        end) as open_direct_pipeline_amount
    from records
    group by rep_id, partner_id, fiscal_quarter

),

-- The rep's own number of the quarter, whoever helped: what each row is a part of.
rep_numbers as (

    select
        rep_id,
        fiscal_quarter,
        sum(case when figure = 'pipeline_created' then amount_company_currency else 0 end)
            as rep_pipeline_amount,
        sum(case when figure = 'bookings' then amount_company_currency else 0 end)
            as rep_bookings_amount
    from records
    group by rep_id, fiscal_quarter

),

rep_partner_quarters as (

    select
        {{ hash_id(['summed.rep_id', 'summed.partner_id', 'summed.fiscal_quarter']) }}
            as rep_partner_quarter_id,
        summed.rep_id,
        reps.rep_name,
        -- Case 23: what nobody in a seat holds stays in the totals, under a name and a manager.
        case
            when summed.rep_id is null then 'unassigned'
            when not coalesce(reps.is_active, false) then 'inactive'
            when not reps.has_quota_seat then 'no_seat'
            else 'in_seat'
        end as rep_status,
        reps.manager_id,
        reps.manager_name,
        summed.partner_id,
        partners.partner_name,
        summed.fiscal_quarter,
        cast(summed.partner_touches_count as bigint) as partner_touches_count,
        cast(summed.joint_calls_count as bigint) as joint_calls_count,
        cast(summed.touched_accounts_count as bigint) as touched_accounts_count,
        cast(summed.sourced_opportunities_count as bigint) as sourced_opportunities_count,
        cast(summed.influenced_opportunities_count as bigint) as influenced_opportunities_count,
        cast(summed.direct_opportunities_count as bigint) as direct_opportunities_count,
        cast(summed.won_sourced_opportunities_count as bigint) as won_sourced_opportunities_count,
        cast(summed.won_influenced_opportunities_count as bigint) as won_influenced_opportunities_count,
        cast(summed.won_direct_opportunities_count as bigint) as won_direct_opportunities_count,
        cast(summed.sourced_pipeline_amount as {{ type_money() }}) as sourced_pipeline_amount,
        cast(summed.influenced_pipeline_amount as {{ type_money() }}) as influenced_pipeline_amount,
        cast(summed.direct_pipeline_amount as {{ type_money() }}) as direct_pipeline_amount,
        cast(summed.sourced_bookings_amount as {{ type_money() }}) as sourced_bookings_amount,
        cast(summed.influenced_bookings_amount as {{ type_money() }}) as influenced_bookings_amount,
        cast(summed.direct_bookings_amount as {{ type_money() }}) as direct_bookings_amount,
        cast(summed.open_sourced_pipeline_amount as {{ type_money() }})
            as open_sourced_pipeline_amount,
        cast(summed.open_influenced_pipeline_amount as {{ type_money() }})
            as open_influenced_pipeline_amount,
        cast(summed.open_direct_pipeline_amount as {{ type_money() }})
            as open_direct_pipeline_amount,
        cast(rep_numbers.rep_pipeline_amount as {{ type_money() }}) as rep_pipeline_amount,
        cast(rep_numbers.rep_bookings_amount as {{ type_money() }}) as rep_bookings_amount
    from summed
    inner join rep_numbers
        on summed.rep_id is not distinct from rep_numbers.rep_id
        and summed.fiscal_quarter is not distinct from rep_numbers.fiscal_quarter
    left join reps
        on summed.rep_id = reps.rep_id
    left join partners
        on summed.partner_id = partners.partner_id

)

select * from rep_partner_quarters
