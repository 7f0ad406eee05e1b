with

partnertap_events as (

    select
        events.*,
        {{ platform_partner_name() }} as named_partner
    from {{ ref('stg_partnertap__attribution_events') }} as events

),

crossbeam_signals as (

    select
        signals.*,
        {{ platform_partner_name() }} as named_partner
    from {{ ref('stg_crossbeam__signals') }} as signals

),

partner_names as (

    select * from {{ ref('int_partner_names_resolved') }}

),

touch_types as (

    select * from {{ latest_batch(ref('stg_policy__activity_touch_types')) }}

),

-- What PartnerTap took from our own CRM is our own activity shown back (case 35). Its events carry
-- no id, so what they say is their id; the platform writes them when they happen.
partnertap_rows as (

    select
        'partnertap' as source_system,
        {{ hash_id([
            'named_partner', 'crm_account_id', 'crm_opportunity_id', 'event_type', 'event_subtype',
            'event_name', 'event_user_email', 'occurred_at'
        ]) }} as source_record_id,
        feed_partner_id,
        named_partner,
        case when crm_account_id not like 'MANUAL-%' then crm_account_id end as account_id,
        crm_opportunity_id as opportunity_id,
        event_type as activity_type,
        event_subtype as activity_subtype,
        occurred_at,
        event_user_email as our_rep_email,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from partnertap_events
    where lower(coalesce(event_source, 'partnertap')) <> 'crm'

),

-- A deal of our own is no touch of anybody's.
crossbeam_rows as (

    select
        'crossbeam' as source_system,
        {{ dbt.concat(["event_id", "'|'", "coalesce(our_record_id, '')"]) }} as source_record_id,
        feed_partner_id,
        named_partner,
        our_record_id as account_id,
        cast(null as {{ type_string() }}) as opportunity_id,
        event_type as activity_type,
        cast(null as {{ type_string() }}) as activity_subtype,
        triggered_at as occurred_at,
        cast(null as {{ type_string() }}) as our_rep_email,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from crossbeam_signals
    where event_type in ('partner_deal_opened', 'partner_deal_closed_won')
        and lower(coalesce(our_record_type, 'account')) = 'account'

),

events as (

    select * from partnertap_rows
    union all
    select * from crossbeam_rows

),

-- An event whose kind nobody has mapped to a touch is none.
mapped as (

    select
        {{ dbt.concat(["events.source_system", "':'", "events.source_record_id"]) }} as touch_id,
        events.source_system,
        events.source_record_id,
        coalesce(
            events.feed_partner_id,
            case
                when {{ company_date('events.occurred_at') }} > partner_names.succeeded_after_on
                then partner_names.successor_partner_id
            end,
            partner_names.partner_id
        ) as partner_id,
        events.account_id,
        events.opportunity_id,
        coalesce(by_subtype.touch_type, by_type.touch_type) as touch_type,
        events.occurred_at,
        events.our_rep_email,
        events.batch_id,
        events.source_file,
        events.source_sha256,
        events.source_row_number,
        events.known_step,
        events.known_on
    from events
    left join partner_names
        on {{ name_key('events.named_partner') }} = partner_names.partner_name_key
    left join touch_types as by_subtype
        on events.activity_subtype = by_subtype.activity_type
    left join touch_types as by_type
        on events.activity_type = by_type.activity_type
    where coalesce(by_subtype.touch_type, by_type.touch_type) is not null
        and coalesce(events.feed_partner_id, partner_names.partner_id) is not null

)

select * from mapped
