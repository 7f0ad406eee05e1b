{{ config(materialized='incremental', incremental_strategy='append') }}

with

new_positions as (

    select
        *,
        cast(null as bigint) as earlier_episode_step
    from {{ ref('int_ledger_positions_evaluated') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

{% if is_incremental() %}
-- Where each of these amounts stood when it was compared last: all that the new ones need to know.
movements_ranked as (

    select
        movements.*,
        row_number() over (
            partition by movements.opportunity_id, movements.measure, movements.credit_number
            order by movements.known_step desc nulls last
        ) as movement_rank
    from {{ this }} as movements
    where movements.opportunity_id in (select opportunity_id from new_positions)

),

{% endif %}
positions as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_standing,
        is_deal_standing,
        is_closed,
        is_won,
        is_deleted,
        is_amount_missing,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        event_on,
        origin_quarter,
        rep_credit_share,
        currency,
        amount,
        amount_company_currency,
        conversion_rate,
        rate_on,
        rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        deciding_touch_id,
        evidence_touch_ids,
        partners_count,
        policy_version,
        policy_sha256,
        has_policy_change,
        has_evidence_change,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number,
        earlier_episode_step
    from new_positions
    {% if is_incremental() %}
    union all

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_standing,
        is_deal_standing,
        is_closed,
        is_won,
        is_deleted,
        is_amount_missing,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        event_on,
        origin_quarter,
        rep_credit_share,
        currency,
        amount,
        amount_company_currency,
        conversion_rate,
        rate_on,
        rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        deciding_touch_id,
        evidence_touch_ids,
        partners_count,
        policy_version,
        policy_sha256,
        has_policy_change,
        has_evidence_change,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number,
        episode_step as earlier_episode_step
    from movements_ranked
    where movement_rank = 1
    {% endif %}

),

-- What a posting is booked under. A change of any of these moves the whole amount; a change of
-- the amount alone posts its difference.
keyed as (

    select
        positions.*,
        case
            when is_standing then {{ hash_id([
                'attribution_class', 'partner_id', 'rep_id', 'manager_id', 'origin_quarter',
                'currency', 'exclusion',
            ]) }}
        end as booking_key
    from positions

),

with_previous as (

    select
        keyed.*,
        lag(booking_key) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_booking_key,
        coalesce(lag(amount) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ), 0) as previous_amount,
        coalesce(lag(amount_company_currency) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ), 0) as previous_amount_company_currency,
        lag(attribution_class) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_attribution_class,
        lag(partner_id) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_partner_id,
        lag(rep_id) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_rep_id,
        lag(manager_id) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_manager_id,
        lag(origin_quarter) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_origin_quarter,
        lag(event_on) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_event_on,
        lag(currency) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_currency,
        lag(exclusion) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_exclusion,
        lag(conversion_rate) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_conversion_rate,
        lag(rate_on) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_rate_on,
        lag(rate_kind) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_rate_kind,
        lag(override_id) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_override_id,
        lag(is_deal_standing) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_credit_deal_standing,
        lag(rep_credit_share) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_rep_credit_share,
        lag(rule_id) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_rule_id
    from keyed

),

-- An episode is the time an amount stays booked under one key; its first posting is what later
-- adjustments and the reversal correct. Counted on a few columns, because every window sorts what
-- it carries.
episodes as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        earlier_episode_step,
        previous_credit_deal_standing,
        cast(sum(case when booking_key is distinct from previous_booking_key then 1 else 0 end) over (
            partition by opportunity_id, measure, credit_number
            order by known_step nulls last
            rows between unbounded preceding and current row
        ) as bigint) as episode_number
    from with_previous

),

episode_starts as (

    select
        episodes.*,
        min(coalesce(earlier_episode_step, known_step)) over (
            partition by opportunity_id, measure, credit_number, episode_number
        ) as episode_step
    from episodes

),

episodes_in_order as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        episode_number,
        episode_step,
        lag(episode_step) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as previous_episode_step,
        -- The first credit is there from the beginning; a later one is younger than its deal.
        coalesce(max(case when credit_number = 1 then previous_credit_deal_standing end) over (
            partition by opportunity_id, measure, known_step
        ), false) as previous_is_deal_standing
    from episode_starts

),

with_openings as (

    select
        with_previous.*,
        episodes_in_order.episode_number,
        episodes_in_order.episode_step,
        episodes_in_order.previous_episode_step,
        with_previous.attribution_class <> with_previous.previous_attribution_class
        or coalesce(with_previous.partner_id, '')
        <> coalesce(with_previous.previous_partner_id, '') as is_credit_moved,
        episodes_in_order.previous_is_deal_standing,
        steps.is_until_opening
    from with_previous
    inner join episodes_in_order
        on with_previous.opportunity_id = episodes_in_order.opportunity_id
        and with_previous.measure = episodes_in_order.measure
        and with_previous.credit_number = episodes_in_order.credit_number
        and with_previous.known_step = episodes_in_order.known_step
    inner join steps
        on with_previous.known_step = steps.known_step

),

-- Case 47: what a new file of the policy judges anew, with no new fact of a partner beside it, is
-- booked as the policy's doing.
reasoned as (

    select
        with_openings.*,
        case
            when is_until_opening then 'opening_balance'
            when previous_booking_key is null and previous_is_deal_standing then 'split_changed'
            when previous_booking_key is null and measure = 'bookings' then 'won'
            when previous_booking_key is null then 'created'
            when is_deleted then 'deleted'
            when booking_key is null and is_deal_standing then 'split_changed'
            when booking_key is null and (measure = 'pipeline_created' or is_won)
            then 'amount_changed'
            when booking_key is null and not is_closed then 'reopened'
            when booking_key is null then 'no_longer_won'
            when coalesce(exclusion, '') <> coalesce(previous_exclusion, '')
            then case when has_policy_change then 'policy_changed' else 'exclusion_changed' end
            when currency <> previous_currency then 'currency_changed'
            when origin_quarter <> previous_origin_quarter then 'close_date_moved'
            when is_credit_moved and coalesce(override_id, '') <> coalesce(previous_override_id, '')
            then 'override_changed'
            when is_credit_moved and has_policy_change and not has_evidence_change
            then 'policy_changed'
            when attribution_class <> previous_attribution_class then 'class_changed'
            when coalesce(partner_id, '') <> coalesce(previous_partner_id, '') then 'partner_changed'
            when rep_credit_share <> previous_rep_credit_share then 'split_changed'
            when coalesce(rep_id, '') <> coalesce(previous_rep_id, '') then 'owner_changed'
            when coalesce(manager_id, '') <> coalesce(previous_manager_id, '') then 'manager_changed'
            when amount <> previous_amount then 'amount_changed'
            else 'rate_changed'
        end as reason
    from with_openings
    where earlier_episode_step is null

)

select * from reasoned
