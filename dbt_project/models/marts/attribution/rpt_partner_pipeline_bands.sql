with

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where exclusion is null
        and not is_deleted
        and not is_closed
        and partner_id is not null

),

touches as (

    select * from {{ ref('fct_partner_touches') }}
    where strength in ('strong', 'qualifying', 'engagement')
        and touch_type <> 'deal_registration'

),

plans as (

    select * from {{ ref('fct_partner_plans') }}
    where is_counted
        and is_running

),

values_dated as (

    select * from {{ ref('fct_opportunity_history') }}
    where field_name = 'stage'

),

stages as (

    select * from {{ ref('int_stages_versioned') }}
    where valid_until_step is null

),

bands as (

    select * from {{ policy_in_force(ref('stg_policy__pipeline_bands'), ['band']) }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

partners_with_plans as (

    select partner_id from plans
    group by partner_id

),

-- A touch that names the deal, or only its account: both say that the partner is at work there.
activity as (

    select
        opportunities.opportunity_id,
        max(touches.occurred_on) as last_partner_activity_on
    from opportunities
    inner join touches
        on opportunities.partner_id = touches.partner_id
        and (
            opportunities.opportunity_id = touches.opportunity_id
            or (touches.opportunity_id is null and opportunities.account_id = touches.account_id)
        )
    group by opportunities.opportunity_id

),

stage_moves as (

    select
        values_dated.opportunity_id,
        {{ company_date('values_dated.effective_at') }} as moved_on,
        stages.stage_number,
        lag(stages.stage_number) over (
            partition by values_dated.opportunity_id
            order by values_dated.effective_at nulls last
        ) as previous_stage_number
    from values_dated
    inner join stages
        on values_dated.field_value = stages.stage_name

),

forward_moves as (

    select
        opportunity_id,
        max(moved_on) as last_moved_forward_on
    from stage_moves
    where stage_number > previous_stage_number
    group by opportunity_id

),

-- Rules section 10: by criteria only, nobody's judgement. What meets the criteria of a narrower band
-- is in the wider ones too, so low <= mid <= high.
judged as (

    select
        opportunities.opportunity_id,
        opportunities.partner_id,
        opportunities.attribution_class,
        opportunities.close_on,
        opportunities.amount_company_currency,
        max(case when bands.band = 'low' then 1 else 0 end) as is_low,
        max(case when bands.band in ('low', 'mid') then 1 else 0 end) as is_mid,
        max(case when bands.band in ('low', 'mid', 'high') then 1 else 0 end) as is_high
    from opportunities
    cross join refresh_current
    left join partners_with_plans
        on opportunities.partner_id = partners_with_plans.partner_id
    left join activity
        on opportunities.opportunity_id = activity.opportunity_id
    left join forward_moves
        on opportunities.opportunity_id = forward_moves.opportunity_id
    left join bands
        on opportunities.stage_number >= bands.minimum_stage_number
        and (not bands.needs_active_plan or partners_with_plans.partner_id is not null)
        and (
            bands.partner_activity_days is null
            or activity.last_partner_activity_on
            >= {{ add_days('refresh_current.as_of', '-bands.partner_activity_days') }}
        )
        and (
            bands.momentum_days is null
            or forward_moves.last_moved_forward_on
            >= {{ add_days('refresh_current.as_of', '-bands.momentum_days') }}
        )
    group by
        opportunities.opportunity_id,
        opportunities.partner_id,
        opportunities.attribution_class,
        opportunities.close_on,
        opportunities.amount_company_currency

),

-- A contraction is no pipeline to be confident of; it stands beside the bands (case 36).
banded as (

    select
        {{ hash_id(['judged.partner_id', 'judged.attribution_class', 'fiscal_days.fiscal_quarter']) }}
            as pipeline_band_id,
        judged.partner_id,
        judged.attribution_class,
        fiscal_days.fiscal_quarter as close_quarter,
        cast(count(*) as bigint) as open_opportunities_count,
        cast(sum(greatest(judged.amount_company_currency, 0)) as {{ type_money() }})
            as open_pipeline_amount,
        cast(
            sum(case when judged.is_low = 1 then greatest(judged.amount_company_currency, 0) else 0 end)
            as {{ type_money() }}
        ) as low_amount,
        cast(
            sum(case when judged.is_mid = 1 then greatest(judged.amount_company_currency, 0) else 0 end)
            as {{ type_money() }}
        ) as mid_amount,
        cast(
            sum(case when judged.is_high = 1 then greatest(judged.amount_company_currency, 0) else 0 end)
            as {{ type_money() }}
        ) as high_amount,
        cast(sum(least(judged.amount_company_currency, 0)) as {{ type_money() }}) as contraction_amount,
        {{ ordered_list(
            'case when judged.is_low = 1 then judged.opportunity_id end', 'judged.opportunity_id'
        ) }} as low_opportunity_ids,
        {{ ordered_list(
            'case when judged.is_mid = 1 and judged.is_low = 0 then judged.opportunity_id end',
            'judged.opportunity_id'
        ) }} as added_by_mid_opportunity_ids,
        {{ ordered_list(
            'case when judged.is_high = 1 and judged.is_mid = 0 then judged.opportunity_id end',
            'judged.opportunity_id'
        ) }} as added_by_high_opportunity_ids
    from judged
    left join fiscal_days
        on judged.close_on = fiscal_days.day_on
    group by judged.partner_id, judged.attribution_class, fiscal_days.fiscal_quarter

)

select * from banded
