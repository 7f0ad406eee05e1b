with

closed as (

    select * from {{ ref('int_ae_quarters_closed') }}

),

ladder as (

    select * from {{ policy_versions(ref('stg_policy__consequences'), ['tier']) }}
    where valid_until_step is null

),

-- What was not measured neither counts nor interrupts; a quarter that was met begins anew.
runs as (

    select
        closed.*,
        count(case when status = 'met' then fiscal_quarter end) over (
            partition by rep_id, metric
            order by quarter_starts_on nulls last
        ) as run_number
    from closed

),

-- A miss for which support was owed and not given does not count against the rep.
counted as (

    select
        runs.*,
        count(case when status = 'missed' and support_status = 'delivered' then fiscal_quarter end) over (
            partition by rep_id, metric, run_number
            order by quarter_starts_on nulls last
        ) as missed_in_a_row_count
    from runs

),

rungs_ranked as (

    select
        counted.*,
        ladder.tier as rung,
        row_number() over (
            partition by counted.rep_id, counted.fiscal_quarter, counted.metric
            order by ladder.tier_rank nulls last
        ) as rung_rank
    from counted
    left join ladder
        on counted.status in ('met', 'missed')
        and counted.quarter_starts_on >= ladder.effective_from_on
        and {{ before_open_day('counted.quarter_starts_on', 'ladder.effective_before_on') }}
        and greatest(counted.attainment, cast(0 as decimal(18, 6))) >= ladder.minimum_attainment
        and counted.missed_in_a_row_count >= ladder.minimum_missed_quarters

),

-- Rules section 9: support that was owed and not given is a gap of the partnerships side, and no
-- step on the ladder of the rep.
tiers as (

    select
        rep_id,
        fiscal_quarter,
        metric,
        closed_on,
        target,
        fair_target,
        active_days_count,
        business_days_count,
        actual,
        actual_base,
        attainment,
        status,
        support_status,
        support_gaps,
        acknowledged_on,
        cast(
            coalesce(frozen_missed_quarters_count, missed_in_a_row_count) as bigint
        ) as missed_quarters_count,
        case
            when is_frozen then frozen_tier
            when status = 'missed' and support_status = 'support_gap'
            then 'support_gap'
            else rung
        end as tier,
        is_frozen
    from rungs_ranked
    where rung_rank = 1

)

select
    {{ hash_id(['rep_id', 'fiscal_quarter', 'metric']) }} as ae_quarter_id,
    tiers.*
from tiers
