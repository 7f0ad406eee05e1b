with

landed_opportunities as (

    select * from {{ ref('int_crm_opportunities_unified') }}

),

full_lists as (

    select * from {{ ref('int_crm_full_lists_known') }}

),

stages as (

    select * from {{ latest_batch(ref('stg_policy__stages')) }}

),

opportunity_types as (

    select * from {{ policy_versions(ref('stg_policy__opportunity_types'), ['opportunity_type']) }}
    where valid_until_step is null

),

rates as (

    select * from {{ ref('int_crm_conversion_rates_unified') }}

),

plan_rates as (

    select * from {{ policy_versions(ref('stg_policy__plan_rates'), ['currency']) }}
    where valid_until_step is null

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

-- The CRM's own total, by a path of its own: the newest landed row of each opportunity, none of
-- the models that build the ledger.
newest_full_lists as (

    select
        crm,
        max(known_step) as full_list_step
    from full_lists
    where thing = 'opportunities'
    group by crm

),

newest_rows as (

    select
        landed_opportunities.*,
        {{ company_date('landed_opportunities.created_at') }} as created_on,
        {{ newest_version(
            'landed_opportunities.opportunity_id', 'landed_opportunities.modified_at',
            'landed_opportunities.'
        ) }} as version_rank
    from landed_opportunities

),

crm_opportunities as (

    select
        newest_rows.opportunity_id,
        newest_rows.created_on,
        newest_rows.close_on,
        coalesce(newest_rows.is_closed, stages.is_closed, false) as is_closed,
        coalesce(newest_rows.is_won, stages.is_won, false)
        and coalesce(newest_rows.is_closed, stages.is_closed, false) as is_won,
        coalesce(newest_rows.amount, 0) as amount,
        coalesce(newest_rows.currency, company.company_currency) as currency,
        company.company_currency,
        opportunity_types.exclusion
    from newest_rows
    cross join company
    left join newest_full_lists
        on newest_rows.crm = newest_full_lists.crm
    left join stages
        on newest_rows.stage_name = stages.stage_name
    left join opportunity_types
        on newest_rows.opportunity_type = opportunity_types.opportunity_type
        and newest_rows.created_on >= opportunity_types.effective_from_on
        and (
            opportunity_types.effective_before_on is null
            or newest_rows.created_on < opportunity_types.effective_before_on
        )
    where newest_rows.version_rank = 1
        and not newest_rows.is_deleted
        and newest_rows.known_step >= coalesce(newest_full_lists.full_list_step, 0)

),

newest_rates as (

    select
        currency,
        starts_on,
        conversion_rate,
        lead(starts_on) over (partition by currency order by starts_on nulls last) as ends_before_on
    from (
        select
            rates.*,
            {{ newest_version('rates.currency, rates.starts_on', none, 'rates.') }} as version_rank
        from rates
    ) as rates_ranked
    where version_rank = 1

),

crm_converted as (

    select
        crm_opportunities.*,
        case
            when crm_opportunities.currency = crm_opportunities.company_currency
                or crm_opportunities.amount = 0
            then crm_opportunities.amount
            when crm_opportunities.is_closed
            then {{ convert_amount('crm_opportunities.amount', 'newest_rates.conversion_rate') }}
            else {{ convert_amount('crm_opportunities.amount', 'plan_rates.plan_rate') }}
        end as amount_company_currency
    from crm_opportunities
    left join newest_rates
        on crm_opportunities.currency = newest_rates.currency
        and crm_opportunities.close_on >= newest_rates.starts_on
        and (
            newest_rates.ends_before_on is null
            or crm_opportunities.close_on < newest_rates.ends_before_on
        )
    left join plan_rates
        on crm_opportunities.currency = plan_rates.currency
        and crm_opportunities.created_on >= plan_rates.effective_from_on
        and (
            plan_rates.effective_before_on is null
            or crm_opportunities.created_on < plan_rates.effective_before_on
        )

),

crm_measured as (

    select
        'pipeline_created' as measure,
        created_on as event_on,
        currency,
        exclusion,
        amount,
        amount_company_currency
    from crm_converted

    union all

    select
        'bookings' as measure,
        close_on as event_on,
        currency,
        exclusion,
        amount,
        amount_company_currency
    from crm_converted
    where is_won

),

crm_totals as (

    select
        fiscal_days.fiscal_quarter,
        crm_measured.measure,
        crm_measured.currency,
        sum(crm_measured.amount) as crm_amount,
        sum(crm_measured.amount_company_currency) as crm_total_amount,
        sum(case
            when crm_measured.exclusion is null then crm_measured.amount_company_currency else 0
        end) as crm_counted_amount,
        sum(case
            when crm_measured.exclusion is not null then crm_measured.amount_company_currency else 0
        end) as crm_excluded_amount,
        sum(case when crm_measured.exclusion is not null then 1 else 0 end)
            as excluded_opportunities_count
    from crm_measured
    inner join fiscal_days
        on crm_measured.event_on = fiscal_days.day_on
    group by fiscal_days.fiscal_quarter, crm_measured.measure, crm_measured.currency

),

ledger_totals as (

    select
        origin_quarter as fiscal_quarter,
        measure,
        currency,
        sum(amount) as ledger_amount,
        sum(case
            when exclusion is null and attribution_class = 'sourced'
            then amount_company_currency else 0
        end) as sourced_amount,
        sum(case
            when exclusion is null and attribution_class = 'influenced'
            then amount_company_currency else 0
        end) as influenced_amount,
        sum(case
            when exclusion is null and attribution_class = 'direct'
            then amount_company_currency else 0
        end) as direct_amount,
        sum(case when exclusion is not null then amount_company_currency else 0 end)
            as excluded_amount
    from ledger
    group by origin_quarter, measure, currency

),

row_keys as (

    select fiscal_quarter, measure, currency from crm_totals
    union
    select fiscal_quarter, measure, currency from ledger_totals

),

reconciled as (

    select
        {{ hash_id(['row_keys.fiscal_quarter', 'row_keys.measure', 'row_keys.currency']) }}
            as reconciliation_id,
        row_keys.fiscal_quarter,
        row_keys.measure,
        row_keys.currency,
        cast(coalesce(crm_totals.crm_counted_amount, 0) as {{ type_money() }}) as crm_total_amount,
        cast(coalesce(ledger_totals.sourced_amount, 0) as {{ type_money() }}) as sourced_amount,
        cast(coalesce(ledger_totals.influenced_amount, 0) as {{ type_money() }})
            as influenced_amount,
        cast(coalesce(ledger_totals.direct_amount, 0) as {{ type_money() }}) as direct_amount,
        cast(
            coalesce(crm_totals.crm_counted_amount, 0)
            - coalesce(ledger_totals.sourced_amount, 0)
            - coalesce(ledger_totals.influenced_amount, 0)
            - coalesce(ledger_totals.direct_amount, 0)
            as {{ type_money() }}
        ) as difference_amount,
        cast(coalesce(crm_totals.crm_excluded_amount, 0) as {{ type_money() }})
            as crm_excluded_amount,
        cast(
            coalesce(crm_totals.crm_excluded_amount, 0) - coalesce(ledger_totals.excluded_amount, 0)
            as {{ type_money() }}
        ) as excluded_difference_amount,
        cast(coalesce(crm_totals.excluded_opportunities_count, 0) as bigint)
            as excluded_opportunities_count,
        cast(coalesce(crm_totals.crm_amount, 0) as {{ type_money() }}) as crm_original_amount,
        cast(
            coalesce(crm_totals.crm_amount, 0) - coalesce(ledger_totals.ledger_amount, 0)
            as {{ type_money() }}
        ) as original_difference_amount
    from row_keys
    left join crm_totals
        on row_keys.fiscal_quarter = crm_totals.fiscal_quarter
        and row_keys.measure = crm_totals.measure
        and row_keys.currency = crm_totals.currency
    left join ledger_totals
        on row_keys.fiscal_quarter = ledger_totals.fiscal_quarter
        and row_keys.measure = ledger_totals.measure
        and row_keys.currency = ledger_totals.currency

)

select * from reconciled
