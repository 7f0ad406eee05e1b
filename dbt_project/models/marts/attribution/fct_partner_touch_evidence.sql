with

records as (

    select * from {{ ref('int_partner_touches_versioned') }}
    where valid_until_step is null

),

keyed as (

    select * from {{ ref('int_partner_touches_keyed') }}
    where valid_until_step is null

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

-- The record that stands for the touch gives it its name: all records of one key are its evidence.
named_keys as (

    select
        keyed.real_touch_key,
        touches.touch_id
    from keyed
    inner join touches
        on keyed.touch_id = touches.touch_id

),

evidence as (

    select
        records.touch_id as evidence_id,
        named_keys.touch_id,
        coalesce(records.touch_id = named_keys.touch_id, false) as is_first_record,
        coalesce(
            records.void_reason,
            case when records.partner_id is null then 'partner_unknown' end
        ) as not_counted_reason,
        records.source_system,
        records.source_record_id,
        records.partner_id,
        records.account_id as named_account_id,
        records.surviving_account_id as account_id,
        records.opportunity_id,
        records.lead_id,
        records.contact_id,
        records.our_rep_id as rep_id,
        case
            when records.partner_seller_email is not null
            then {{ hash_id(['records.partner_id', 'lower(records.partner_seller_email)']) }}
        end as partner_seller_id,
        records.touch_type,
        records.strength,
        records.occurred_at,
        records.recorded_at,
        {{ days_between('records.occurred_on', 'records.recorded_on') }} as recording_lag_days,
        records.expires_on,
        records.known_on,
        records.known_step,
        records.batch_id,
        records.source_file,
        records.source_sha256,
        records.source_row_number
    from records
    left join keyed
        on records.touch_id = keyed.touch_id
    left join named_keys
        on keyed.real_touch_key = named_keys.real_touch_key

)

select * from evidence
