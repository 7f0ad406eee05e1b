with

population as (

    select * from {{ ref('int_crm_population_landed') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

measured as (

    select
        'pipeline_created' as measure,
        created_on as event_on,
        population.*
    from population

    union all

    select
        'bookings' as measure,
        close_on as event_on,
        population.*
    from population
    where is_won

),

-- Rules section 7.11: every record of the CRM is counted, or left out under a name. Money that
-- is excluded stays in the ledger under its name; what was deleted or has no amount has none.
named as (

    select
        fiscal_days.fiscal_quarter,
        measured.measure,
        measured.currency,
        case
            when measured.is_deleted then 'deleted'
            when measured.exclusion is not null then measured.exclusion
            when measured.amount is null then 'no_amount'
            when measured.amount = 0 then 'zero_amount'
        end as left_out_as,
        case
            when measured.is_deleted then cast(0 as {{ type_money() }})
            else coalesce(measured.amount, 0)
        end as amount,
        case
            when measured.is_deleted then cast(0 as {{ type_money() }})
            else measured.amount_company_currency
        end as amount_company_currency,
        measured.exclusion is not null and not measured.is_deleted as is_excluded
    from measured
    inner join fiscal_days
        on measured.event_on = fiscal_days.day_on

),

crm_by_name as (

    select
        fiscal_quarter,
        measure,
        currency,
        left_out_as,
        is_excluded,
        cast(count(*) as bigint) as opportunities_count,
        sum(amount) as amount,
        sum(amount_company_currency) as amount_company_currency,
        -- A rate that is missing is a difference, never nothing (case 4).
        sum(case when amount_company_currency is null then 1 else 0 end) as unconverted_count
    from named
    group by fiscal_quarter, measure, currency, left_out_as, is_excluded

),

crm_totals as (

    select
        fiscal_quarter,
        measure,
        currency,
        cast(sum(opportunities_count) as bigint) as crm_opportunities_count,
        cast(sum(case when left_out_as is null then opportunities_count else 0 end) as bigint)
            as counted_opportunities_count,
        cast(sum(case when left_out_as is not null then opportunities_count else 0 end) as bigint)
            as left_out_opportunities_count,
        cast(sum(case when is_excluded then opportunities_count else 0 end) as bigint)
            as excluded_opportunities_count,
        {{ ordered_list(
            "case when left_out_as is not null then left_out_as || ' ' || cast(opportunities_count as "
            ~ type_string() ~ ") || ' (' || cast(cast(amount_company_currency as decimal(18,2)) as "
            ~ type_string() ~ ") || ')' end",
            'left_out_as'
        ) }} as left_out_by_name,
        sum(amount) as crm_amount,
        sum(case when is_excluded then 0 else amount_company_currency end) as crm_counted_amount,
        sum(case when is_excluded then amount_company_currency else 0 end) as crm_excluded_amount,
        cast(sum(unconverted_count) as bigint) as unconverted_opportunities_count
    from crm_by_name
    group by fiscal_quarter, measure, currency

),

ledger_by_opportunity as (

    select
        origin_quarter,
        measure,
        currency,
        opportunity_id,
        sum(amount) as amount,
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
        sum(case when exclusion is null then amount else 0 end) as counted_amount,
        sum(case when exclusion is not null then amount_company_currency else 0 end)
            as excluded_amount
    from ledger
    group by origin_quarter, measure, currency, opportunity_id

),

ledger_totals as (

    select
        origin_quarter as fiscal_quarter,
        measure,
        currency,
        sum(amount) as ledger_amount,
        sum(sourced_amount) as sourced_amount,
        sum(influenced_amount) as influenced_amount,
        sum(direct_amount) as direct_amount,
        sum(excluded_amount) as excluded_amount,
        cast(sum(case when counted_amount <> 0 then 1 else 0 end) as bigint)
            as ledger_opportunities_count
    from ledger_by_opportunity
    group by origin_quarter, measure, currency

),

reconciled as (

    select
        {{ hash_id([
            'coalesce(crm_totals.fiscal_quarter, ledger_totals.fiscal_quarter)',
            'coalesce(crm_totals.measure, ledger_totals.measure)',
            'coalesce(crm_totals.currency, ledger_totals.currency)',
        ]) }} as reconciliation_id,
        coalesce(crm_totals.fiscal_quarter, ledger_totals.fiscal_quarter) as fiscal_quarter,
        coalesce(crm_totals.measure, ledger_totals.measure) as measure,
        coalesce(crm_totals.currency, ledger_totals.currency) as currency,
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
        coalesce(crm_totals.excluded_opportunities_count, 0) as excluded_opportunities_count,
        cast(coalesce(crm_totals.crm_amount, 0) as {{ type_money() }}) as crm_original_amount,
        cast(
            coalesce(crm_totals.crm_amount, 0) - coalesce(ledger_totals.ledger_amount, 0)
            as {{ type_money() }}
        ) as original_difference_amount,
        coalesce(crm_totals.crm_opportunities_count, 0) as crm_opportunities_count,
        coalesce(crm_totals.counted_opportunities_count, 0) as counted_opportunities_count,
        coalesce(crm_totals.left_out_opportunities_count, 0) as left_out_opportunities_count,
        crm_totals.left_out_by_name,
        coalesce(crm_totals.unconverted_opportunities_count, 0) as unconverted_opportunities_count,
        coalesce(crm_totals.counted_opportunities_count, 0)
        - coalesce(ledger_totals.ledger_opportunities_count, 0) as counted_difference_count
    from crm_totals
    full outer join ledger_totals
        on crm_totals.fiscal_quarter = ledger_totals.fiscal_quarter
        and crm_totals.measure = ledger_totals.measure
        and crm_totals.currency = ledger_totals.currency

)

select * from reconciled
