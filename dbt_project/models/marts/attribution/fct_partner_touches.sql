with

touches as (

    select * from {{ ref('int_partner_touches_keyed') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

current_touches as (

    select *
    from touches
    where valid_until_step is null

),

ranked as (

    select
        current_touches.*,
        row_number() over (
            partition by real_touch_key
            order by
                recorded_at nulls last,
                opportunity_id is null nulls last,
                touch_id nulls last
        ) as evidence_rank
    from current_touches

),

evidence as (

    select
        real_touch_key,
        cast(count(*) as bigint) as evidence_count,
        {{ ordered_list('touch_id', 'recorded_at') }} as evidence_touch_ids,
        max(opportunity_id) as any_opportunity_id,
        max(our_rep_id) as any_rep_id,
        max(lead_id) as any_lead_id,
        max(contact_id) as any_contact_id,
        max(case
            when partner_seller_email is not null
            then {{ hash_id(['partner_id', 'lower(partner_seller_email)']) }}
        end) as partner_seller_id,
        cast(count(distinct source_system) as bigint) as source_systems_count,
        count(partner_seller_email) > 0 as has_partner_seller
    from ranked
    group by real_touch_key

),

partner_touches as (

    select
        ranked.touch_id,
        ranked.partner_id,
        ranked.touched_account_id as account_id,
        coalesce(ranked.opportunity_id, evidence.any_opportunity_id) as opportunity_id,
        ranked.account_id as named_account_id,
        coalesce(ranked.lead_id, evidence.any_lead_id) as lead_id,
        coalesce(ranked.contact_id, evidence.any_contact_id) as contact_id,
        coalesce(ranked.our_rep_id, evidence.any_rep_id) as rep_id,
        evidence.partner_seller_id,
        ranked.touch_type,
        ranked.strength,
        ranked.touch_policy_version,
        ranked.occurred_at,
        ranked.occurred_on,
        fiscal_days.fiscal_quarter,
        ranked.recorded_at,
        ranked.recorded_on,
        {{ days_between('ranked.occurred_on', 'ranked.recorded_on') }} as recording_lag_days,
        coalesce(ranked.is_opportunity_closed and ranked.occurred_on > ranked.close_on, false)
            as is_post_close,
        ranked.recording_days_allowed,
        coalesce(
            {{ days_between('ranked.occurred_on', 'ranked.recorded_on') }}
            > ranked.recording_days_allowed,
            false
        ) as is_back_dated,
        evidence.has_partner_seller,
        evidence.evidence_count,
        evidence.source_systems_count,
        evidence.evidence_touch_ids,
        ranked.source_system,
        ranked.source_record_id,
        ranked.known_on,
        ranked.known_step,
        ranked.batch_id,
        ranked.source_file,
        ranked.source_sha256,
        ranked.source_row_number
    from ranked
    inner join evidence
        on ranked.real_touch_key = evidence.real_touch_key
    left join fiscal_days
        on ranked.occurred_on = fiscal_days.day_on
    where ranked.evidence_rank = 1

)

select * from partner_touches
