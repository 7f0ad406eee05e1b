with

steps as (

    select * from {{ ref('int_route_steps_reached') }}

),

outcome_rules as (

    select * from {{ policy_in_force(ref('stg_policy__route_outcomes'), []) }}

),

routed_weeks as (

    select distinct
        account_id,
        week_starts_on
    from steps
    where is_routed

),

-- An account counts once, in its first week on its side: the same account every week is one
-- observation. What was routed before its comparison was over is no account that was not routed.
accounts_ranked as (

    select
        steps.*,
        row_number() over (
            partition by steps.step, steps.is_routed, steps.account_id
            order by steps.week_starts_on nulls last, steps.subject_id nulls last
        ) as account_rank
    from steps
    where steps.is_routed
        or not exists (
            select routed_weeks.account_id from routed_weeks
            where routed_weeks.account_id = steps.account_id
                and routed_weeks.week_starts_on <= steps.conversation_due_on
        )

),

counted as (

    select
        step,
        rep_id,
        manager_id,
        partner_id,
        week_starts_on,
        cell,
        score_band,
        sum(case when is_routed then 1 else 0 end) as routed_count,
        sum(case when is_routed and is_reached then 1 else 0 end) as routed_reached_count,
        sum(case when not is_routed then 1 else 0 end) as similar_count,
        sum(case when not is_routed and is_reached then 1 else 0 end) as similar_reached_count
    from accounts_ranked
    where account_rank = 1
        and is_settled
    group by step, rep_id, manager_id, partner_id, week_starts_on, cell, score_band

),

sliced as (

    select
        counted.*,
        'all' as slice_kind,
        'all' as slice_id
    from counted

    union all

    select
        counted.*,
        'rep' as slice_kind,
        rep_id as slice_id
    from counted

    union all

    select
        counted.*,
        'manager' as slice_kind,
        coalesce(manager_id, 'none') as slice_id
    from counted

    union all

    select
        counted.*,
        'partner' as slice_kind,
        partner_id as slice_id
    from counted

    union all

    select
        counted.*,
        'segment' as slice_kind,
        cell as slice_id
    from counted

    union all

    select
        counted.*,
        'week' as slice_kind,
        {{ text_from_day('week_starts_on') }} as slice_id
    from counted

),

strata as (

    select
        slice_kind,
        slice_id,
        step,
        cell,
        score_band,
        cast(sum(routed_count) as double) as routed_count,
        cast(sum(routed_reached_count) as double) as routed_reached_count,
        cast(sum(similar_count) as double) as similar_count,
        cast(sum(similar_reached_count) as double) as similar_reached_count
    from sliced
    group by slice_kind, slice_id, step, cell, score_band

),

-- Only bands and segments in which both sides stand can be compared.
matched as (

    select
        strata.*,
        cast(strata.routed_count as double) / nullif(
            cast(
                sum(strata.routed_count) over (
                    partition by strata.slice_kind, strata.slice_id, strata.step
                ) as double
            ), cast(0 as double)
        ) as stratum_weight,
        cast(strata.routed_reached_count as double)
        / nullif(cast(strata.routed_count as double), cast(0 as double)) as routed_share,
        cast(strata.similar_reached_count as double)
        / nullif(cast(strata.similar_count as double), cast(0 as double)) as similar_share,
        cast(outcome_rules.interval_z as double) as z
    from strata
    cross join outcome_rules
    where strata.routed_count > 0
        and strata.similar_count > 0

),

-- Wilson's bounds of each share.
bounded as (

    select
        matched.*,
        {{ wilson_bound('routed_share', 'routed_count', 'z', '-') }} as routed_low,
        {{ wilson_bound('routed_share', 'routed_count', 'z', '+') }} as routed_high,
        {{ wilson_bound('similar_share', 'similar_count', 'z', '-') }} as similar_low,
        {{ wilson_bound('similar_share', 'similar_count', 'z', '+') }} as similar_high
    from matched

),

-- Sums of whole numbers, because sums of doubles depend on their order.
summed as (

    select
        slice_kind,
        slice_id,
        step,
        sum(routed_count) as routed_count,
        sum(similar_count) as similar_count,
        sum(cast(floor(stratum_weight * routed_share * 1e12 + 0.5) as bigint))
            as routed_parts,
        sum(cast(floor(stratum_weight * similar_share * 1e12 + 0.5) as bigint))
            as similar_parts,
        sum(cast(floor(
            stratum_weight * stratum_weight * (
                (routed_share - routed_low) * (routed_share - routed_low)
                + (similar_high - similar_share) * (similar_high - similar_share)
            ) * 1e12 + 0.5
        ) as bigint)) as low_parts,
        sum(cast(floor(
            stratum_weight * stratum_weight * (
                (routed_high - routed_share) * (routed_high - routed_share)
                + (similar_share - similar_low) * (similar_share - similar_low)
            ) * 1e12 + 0.5
        ) as bigint)) as high_parts
    from bounded
    group by slice_kind, slice_id, step

),

estimated as (

    select
        summed.slice_kind,
        summed.slice_id,
        summed.step,
        cast(summed.routed_count as bigint) as matched_routed_count,
        cast(summed.similar_count as bigint) as matched_similar_count,
        {{ rounded_share('cast(summed.routed_parts as double) / 1e12') }}
            as matched_routed_share,
        {{ rounded_share('cast(summed.similar_parts as double) / 1e12') }}
            as matched_similar_share,
        {{ rounded_share(
            '(cast(summed.routed_parts as double) - cast(summed.similar_parts as double))'
            ~ ' / 1e12'
        ) }} as lift_share,
        {{ rounded_share(
            '(cast(summed.routed_parts as double) - cast(summed.similar_parts as double))'
            ~ ' / 1e12 - sqrt(cast(summed.low_parts as double) / 1e12)'
        ) }} as lift_low_share,
        {{ rounded_share(
            '(cast(summed.routed_parts as double) - cast(summed.similar_parts as double))'
            ~ ' / 1e12 + sqrt(cast(summed.high_parts as double) / 1e12)'
        ) }} as lift_high_share,
        summed.routed_count >= outcome_rules.minimum_accounts_count
        and summed.similar_count >= outcome_rules.minimum_accounts_count as has_enough_accounts
    from summed
    cross join outcome_rules

)

select * from estimated
