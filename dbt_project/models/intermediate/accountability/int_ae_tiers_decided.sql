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
        sum(case when status = 'met' then 1 else 0 end) over (
            partition by rep_id, metric
            order by quarter_starts_on nulls last
            rows between unbounded preceding and current row
        ) as run_number
    from closed

),

-- A miss for which support was owed and not given does not count against the rep.
counted as (

    select
        runs.*,
        sum(case when status = 'missed' and support_status = 'delivered' then 1 else 0 end) over (
            partition by rep_id, metric, run_number
            order by quarter_starts_on nulls last
            rows between unbounded preceding and current row
        ) as missed_in_a_row_count
    from runs

),

rungs_ranked as (

    select
        counted.rep_id,
        counted.fiscal_quarter,
        counted.metric,
        ladder.tier,
        row_number() over (
            partition by counted.rep_id, counted.fiscal_quarter, counted.metric
            order by ladder.tier_rank nulls last
        ) as rung_rank
    from counted
    inner join ladder
        on counted.quarter_starts_on >= ladder.effective_from_on
        and (
            ladder.effective_before_on is null
            or counted.quarter_starts_on < ladder.effective_before_on
        )
        and greatest(counted.attainment, cast(0 as decimal(18, 6))) >= ladder.minimum_attainment
        and counted.missed_in_a_row_count >= ladder.minimum_missed_quarters
    where counted.status in ('met', 'missed')

),

-- Rules section 9: support that was owed and not given is a gap of the partnerships side, and no
-- step on the ladder of the rep.
tiers as (

    select
        counted.rep_id,
        counted.fiscal_quarter,
        counted.metric,
        counted.closed_on,
        counted.target,
        counted.fair_target,
        counted.active_days_count,
        counted.business_days_count,
        counted.actual,
        counted.actual_base,
        counted.attainment,
        counted.status,
        counted.support_status,
        counted.support_gaps,
        counted.acknowledged_on,
        cast(
            coalesce(counted.frozen_missed_quarters_count, counted.missed_in_a_row_count) as bigint
        ) as missed_quarters_count,
        case
            when counted.is_frozen then counted.frozen_tier
            when counted.status = 'missed' and counted.support_status = 'support_gap'
            then 'support_gap'
            else rungs_ranked.tier
        end as tier,
        counted.is_frozen
    from counted
    left join rungs_ranked
        on counted.rep_id = rungs_ranked.rep_id
        and counted.fiscal_quarter = rungs_ranked.fiscal_quarter
        and counted.metric = rungs_ranked.metric
        and rungs_ranked.rung_rank = 1

)

select
    {{ hash_id(['rep_id', 'fiscal_quarter', 'metric']) }} as ae_quarter_id,
    tiers.*
from tiers
