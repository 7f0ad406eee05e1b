{{ config(materialized=read_in_place()) }}

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

    select * from {{ ref('int_partner_names_versioned') }}

),

touch_types as (

    select * from {{ policy_versions(ref('stg_policy__activity_touch_types'), ['activity_type']) }}

),

policy_files as (

    select * from {{ policy_files(ref('stg_policy__activity_touch_types')) }}

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

dated_events as (

    select
        events.*,
        {{ company_date('events.occurred_at') }} as occurred_on
    from events

),

-- Case 47: as with our own activities, each file reads the events from its own step on.
read_by_file as (

    select
        dated_events.*,
        coalesce(by_subtype.touch_type, by_type.touch_type) as touch_type,
        policy_files.valid_from_step as file_from_step,
        lag(coalesce(by_subtype.touch_type, by_type.touch_type)) over (
            partition by dated_events.batch_id, dated_events.source_row_number
            order by policy_files.valid_from_step nulls last
        ) as touch_type_of_file_before
    from dated_events
    cross join policy_files
    left join touch_types as by_subtype
        on dated_events.activity_subtype = by_subtype.activity_type
        and policy_files.valid_from_step = by_subtype.valid_from_step
        and coalesce(dated_events.occurred_on, dated_events.known_on) >= by_subtype.effective_from_on
        and {{ before_open_day(
            'coalesce(dated_events.occurred_on, dated_events.known_on)', 'by_subtype.effective_before_on'
        ) }}
    left join touch_types as by_type
        on dated_events.activity_type = by_type.activity_type
        and policy_files.valid_from_step = by_type.valid_from_step
        and coalesce(dated_events.occurred_on, dated_events.known_on) >= by_type.effective_from_on
        and {{ before_open_day(
            'coalesce(dated_events.occurred_on, dated_events.known_on)', 'by_type.effective_before_on'
        ) }}
    where policy_files.valid_until_step is null
        or dated_events.known_step < policy_files.valid_until_step

),

readings as (

    select
        read_by_file.*,
        lead(file_from_step) over (
            partition by batch_id, source_row_number
            order by file_from_step nulls last
        ) as next_reading_step
    from read_by_file
    where touch_type is distinct from touch_type_of_file_before

),

-- An event whose kind nobody has mapped to a touch is none. Whom a name means counts from the step
-- in which that was known.
mapped as (

    select
        {{ dbt.concat(["readings.source_system", "':'", "readings.source_record_id"]) }} as touch_id,
        readings.source_system,
        readings.source_record_id,
        coalesce(
            readings.feed_partner_id,
            case
                when readings.occurred_on > partner_names.succeeded_after_on
                then partner_names.successor_partner_id
            end,
            partner_names.partner_id
        ) as partner_id,
        readings.account_id,
        readings.opportunity_id,
        readings.touch_type,
        readings.occurred_at,
        readings.occurred_on,
        readings.our_rep_email,
        readings.batch_id,
        readings.source_file,
        readings.source_sha256,
        readings.source_row_number,
        readings.known_step,
        readings.known_on,
        readings.file_from_step as policy_from_step,
        readings.next_reading_step as policy_until_step,
        coalesce(partner_names.valid_from_step, 0) as fact_from_step,
        partner_names.valid_until_step as fact_until_step
    from readings
    left join partner_names
        on case
            when readings.feed_partner_id is null then {{ name_key('readings.named_partner') }}
        end = partner_names.partner_name_key
        and {{ before_open_step('readings.known_step', 'partner_names.valid_until_step') }}
    where readings.touch_type is not null
        and coalesce(readings.feed_partner_id, partner_names.partner_id) is not null

)

select * from mapped
