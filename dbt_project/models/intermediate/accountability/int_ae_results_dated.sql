with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

positions as (

    select * from {{ ref('int_ledger_positions_evaluated') }}

),

touches as (

    select * from {{ ref('int_partner_touches_keyed') }}

),

share_results as (

    select * from {{ ref('int_ae_share_results_dated') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

money_results as (

    select
        rep_id,
        measure as metric,
        origin_quarter as fiscal_quarter,
        event_on as happened_on,
        known_step,
        cast(amount_company_currency as {{ type_money() }}) as value
    from ledger
    where exclusion is null

),

classed_positions as (

    select
        opportunity_id,
        known_step,
        event_on,
        origin_quarter,
        rep_id,
        case
            when not is_deleted and exclusion is null then attribution_class
        end as counted_class
    from positions
    where measure = 'pipeline_created'
        and credit_number = 1

),

counted_positions as (

    select
        classed_positions.*,
        lag(event_on) over (
            partition by opportunity_id order by known_step nulls last
        ) as previous_event_on,
        lag(origin_quarter) over (
            partition by opportunity_id order by known_step nulls last
        ) as previous_origin_quarter,
        lag(rep_id) over (
            partition by opportunity_id order by known_step nulls last
        ) as previous_rep_id,
        lag(counted_class) over (
            partition by opportunity_id order by known_step nulls last
        ) as previous_counted_class
    from classed_positions

),

-- An opportunity enters a count when it becomes known as such and leaves it when it no longer is.
opportunity_changes as (

    select
        rep_id,
        counted_class,
        origin_quarter as fiscal_quarter,
        event_on as happened_on,
        known_step,
        cast(1 as {{ type_money() }}) as value
    from counted_positions
    where counted_class is not null

    union all

    select
        previous_rep_id as rep_id,
        previous_counted_class as counted_class,
        previous_origin_quarter as fiscal_quarter,
        previous_event_on as happened_on,
        known_step,
        cast(-1 as {{ type_money() }}) as value
    from counted_positions
    where previous_counted_class is not null

),

opportunity_results as (

    select
        rep_id,
        'partner_sourced_opportunities' as metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value
    from opportunity_changes
    where counted_class = 'sourced'

    union all

    select
        rep_id,
        'co_sell_opportunities' as metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value
    from opportunity_changes
    where counted_class in ('sourced', 'influenced')

),

touches_ranked as (

    select
        touches.*,
        row_number() over (
            partition by real_touch_key
            order by
                our_rep_id is null nulls last,
                valid_from_step nulls last,
                recorded_at nulls last,
                touch_id nulls last
        ) as evidence_rank,
        count(case when valid_until_step is null then touch_id end) over (
            partition by real_touch_key
        ) as standing_records_count,
        max(valid_until_step) over (partition by real_touch_key) as last_valid_until_step
    from touches
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'

),

touches_dated as (

    select
        touches_ranked.our_rep_id as rep_id,
        touches_ranked.touch_type,
        fiscal_days.fiscal_quarter,
        touches_ranked.occurred_on as happened_on,
        touches_ranked.valid_from_step,
        touches_ranked.last_valid_until_step,
        touches_ranked.standing_records_count
    from touches_ranked
    inner join fiscal_days
        on touches_ranked.occurred_on = fiscal_days.day_on
    where touches_ranked.evidence_rank = 1

),

real_touches as (

    select
        rep_id,
        touch_type,
        fiscal_quarter,
        happened_on,
        valid_from_step as known_step,
        cast(1 as {{ type_money() }}) as value
    from touches_dated

    union all

    select
        rep_id,
        touch_type,
        fiscal_quarter,
        happened_on,
        last_valid_until_step as known_step,
        cast(-1 as {{ type_money() }}) as value
    from touches_dated
    where standing_records_count = 0

),

touch_results as (

    select
        rep_id,
        'partner_touches' as metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value
    from real_touches

    union all

    select
        rep_id,
        'joint_calls' as metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value
    from real_touches
    where touch_type = 'joint_call'

),

-- Counts and money add up; a share is of what it is a share of.
results as (

    select money_results.*, cast(null as {{ type_money() }}) as base_value from money_results
    union all
    select opportunity_results.*, cast(null as {{ type_money() }}) as base_value
    from opportunity_results
    union all
    select touch_results.*, cast(null as {{ type_money() }}) as base_value from touch_results
    union all
    select
        rep_id,
        metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value,
        base_value
    from share_results

)

select
    rep_id,
    metric,
    fiscal_quarter,
    happened_on,
    known_step,
    cast(sum(value) as {{ type_money() }}) as value,
    cast(sum(base_value) as {{ type_money() }}) as base_value
from results
where rep_id is not null
group by rep_id, metric, fiscal_quarter, happened_on, known_step
