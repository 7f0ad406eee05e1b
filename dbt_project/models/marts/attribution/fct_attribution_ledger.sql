{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

movements as (

    select * from {{ ref('int_ledger_movements_compared') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

posting_quarters as (

    select * from {{ ref('int_posting_quarters_by_step') }}

),

-- What moves and grows in one step is moved as it was and then grown, each for its own reason.
compared as (

    select
        movements.*,
        booking_key <> previous_booking_key and currency = previous_currency as is_moved,
        case
            when previous_conversion_rate is null
                or previous_conversion_rate = conversion_rate
            then amount_company_currency
            else {{ convert_amount('amount', 'previous_conversion_rate') }}
        end as amount_at_previous_rate
    from movements

),

reversals as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_until_opening,
        'reversal' as posting_kind,
        'reversal' as posting_part,
        previous_attribution_class as attribution_class,
        previous_partner_id as partner_id,
        previous_rep_id as rep_id,
        previous_manager_id as manager_id,
        previous_rep_credit_share as rep_credit_share,
        previous_event_on as event_on,
        previous_origin_quarter as origin_quarter,
        -previous_amount_company_currency as amount_company_currency,
        -previous_amount as amount,
        previous_currency as currency,
        previous_conversion_rate as conversion_rate,
        previous_rate_on as rate_on,
        previous_rate_kind as rate_kind,
        previous_exclusion as exclusion,
        previous_rule_id as rule_id,
        tie_break,
        override_id,
        evidence_touch_ids,
        policy_version,
        policy_sha256,
        reason,
        previous_episode_step as corrected_step,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number
    from compared
    where previous_booking_key is not null
        and booking_key is distinct from previous_booking_key

),

bookings_of_new_keys as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_until_opening,
        'original' as posting_kind,
        'original' as posting_part,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        rep_credit_share,
        event_on,
        origin_quarter,
        case
            when is_moved then previous_amount_company_currency else amount_company_currency
        end as amount_company_currency,
        case when is_moved then previous_amount else amount end as amount,
        currency,
        case when is_moved then previous_conversion_rate else conversion_rate end as conversion_rate,
        case when is_moved then previous_rate_on else rate_on end as rate_on,
        case when is_moved then previous_rate_kind else rate_kind end as rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        evidence_touch_ids,
        policy_version,
        policy_sha256,
        reason,
        case when previous_booking_key is not null then previous_episode_step end as corrected_step,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number
    from compared
    where booking_key is not null
        and booking_key is distinct from previous_booking_key

),

amount_adjustments as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_until_opening,
        'adjustment' as posting_kind,
        'adjustment' as posting_part,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        rep_credit_share,
        event_on,
        origin_quarter,
        amount_at_previous_rate - previous_amount_company_currency as amount_company_currency,
        amount - previous_amount as amount,
        currency,
        coalesce(previous_conversion_rate, conversion_rate) as conversion_rate,
        case when previous_conversion_rate is null then rate_on else previous_rate_on end as rate_on,
        coalesce(previous_rate_kind, rate_kind) as rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        evidence_touch_ids,
        policy_version,
        policy_sha256,
        case
            when is_moved and reason not in ('opening_balance', 'split_changed')
            then 'amount_changed'
            else reason
        end as reason,
        episode_step as corrected_step,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number
    from compared
    where booking_key = previous_booking_key
        or is_moved

),

rate_adjustments as (

    select
        opportunity_id,
        measure,
        credit_number,
        known_step,
        known_on,
        refresh_number,
        is_until_opening,
        'adjustment' as posting_kind,
        case
            when amount = previous_amount
                and amount_at_previous_rate = previous_amount_company_currency
            then 'adjustment'
            else 'rate_adjustment'
        end as posting_part,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        rep_credit_share,
        event_on,
        origin_quarter,
        amount_company_currency - amount_at_previous_rate as amount_company_currency,
        cast(0 as {{ type_money() }}) as amount,
        currency,
        conversion_rate,
        rate_on,
        rate_kind,
        exclusion,
        rule_id,
        tie_break,
        override_id,
        evidence_touch_ids,
        policy_version,
        policy_sha256,
        case
            when reason = 'opening_balance' then reason
            else 'rate_changed'
        end as reason,
        episode_step as corrected_step,
        opportunity_batch_id,
        opportunity_source_file,
        opportunity_source_sha256,
        opportunity_source_row_number
    from compared
    where (booking_key = previous_booking_key or is_moved)
        and amount_company_currency <> amount_at_previous_rate

),

postings_of_all_kinds as (

    select * from reversals
    union all
    select * from bookings_of_new_keys
    union all
    select * from amount_adjustments
    union all
    select * from rate_adjustments

),

-- The second and later reps of a split deal have postings of their own.
postings as (

    select
        postings_of_all_kinds.*,
        case
            when credit_number = 1 then measure
            else {{ dbt.concat(["measure", "':'", "cast(credit_number as " ~ type_string() ~ ")"]) }}
        end as credited_measure
    from postings_of_all_kinds

),

-- Rules section 7.8: into the quarter of origin while it is open, else into the quarter that is
-- open now, with the origin beside it. The opening balance is booked where it belongs.
posted as (

    select
        {{ hash_id([
            'postings.opportunity_id', 'postings.credited_measure', 'postings.known_step',
            'postings.posting_part',
        ]) }} as posting_id,
        postings.opportunity_id,
        postings.measure,
        postings.attribution_class,
        postings.partner_id,
        postings.rep_id,
        postings.manager_id,
        postings.rep_credit_share,
        case
            when postings.is_until_opening then postings.origin_quarter
            when quarters.closing_step is null
                or postings.known_step < quarters.closing_step
            then postings.origin_quarter
            else posting_quarters.open_quarter
        end as posted_quarter,
        postings.origin_quarter,
        postings.event_on,
        cast(postings.amount_company_currency as {{ type_money() }}) as amount_company_currency,
        cast(postings.amount as {{ type_money() }}) as amount,
        postings.currency,
        postings.conversion_rate,
        postings.rate_on,
        postings.rate_kind,
        postings.exclusion,
        postings.posting_kind,
        postings.rule_id,
        postings.tie_break,
        postings.override_id,
        postings.evidence_touch_ids,
        postings.policy_version,
        postings.policy_sha256,
        postings.reason,
        case
            when postings.corrected_step is not null
            then {{ hash_id([
                    'postings.opportunity_id', 'postings.credited_measure', 'postings.corrected_step',
                    "'original'",
                ]) }}
        end as corrects_posting_id,
        cast(postings.known_on as timestamp) as posted_at,
        postings.known_step,
        postings.refresh_number,
        postings.opportunity_batch_id,
        postings.opportunity_source_file,
        postings.opportunity_source_sha256,
        postings.opportunity_source_row_number
    from postings
    left join quarters
        on postings.origin_quarter = quarters.fiscal_quarter
    left join posting_quarters
        on postings.known_step = posting_quarters.known_step
    where postings.amount <> 0
        or postings.amount_company_currency <> 0

)

select * from posted
