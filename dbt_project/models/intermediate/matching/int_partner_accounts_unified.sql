with

bilateral as (

    select * from {{ ref('stg_bilateral__partner_accounts') }}

),

landed_overlaps as (

    select * from {{ ref('stg_crossbeam__account_overlaps') }}

),

crossbeam_records as (

    select * from {{ ref('stg_crossbeam__records') }}

),

reveal_accounts as (

    select * from {{ ref('stg_reveal__accounts') }}

),

partnertap_accounts as (

    select
        accounts.*,
        {{ platform_partner_name() }} as named_partner
    from {{ ref('stg_partnertap__accounts') }} as accounts

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

partner_names as (

    select * from {{ ref('int_partner_names_resolved') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

-- An exported list names the partners in a column per state, several in one field.
crossbeam_overlaps as (

    select
        landed_overlaps.*,
        {{ platform_partner_name() }} as named_partner,
        partner_states as named_states
    from landed_overlaps

    union all

    select
        landed_overlaps.*,
        {{ each_of('customer_of') }} as named_partner,
        'customer' as named_states
    from landed_overlaps

    union all

    select
        landed_overlaps.*,
        {{ each_of('opportunity_of') }} as named_partner,
        'open_opportunity' as named_states
    from landed_overlaps

    union all

    select
        landed_overlaps.*,
        {{ each_of('prospect_of') }} as named_partner,
        'prospect' as named_states
    from landed_overlaps

),

lead_conversions as (

    select
        lead_id,
        max(converted_account_id) as converted_account_id
    from leads
    group by lead_id

),

our_records as (

    select
        our_crossbeam_record_id,
        max(our_record_id) as our_record_id
    from crossbeam_records
    where our_record_id is not null
    group by our_crossbeam_record_id

),

-- A tombstone may carry nothing but ids: what they mean is known from the rows that came before.
pairs_seen as (

    select
        our_crossbeam_record_id,
        partner_crossbeam_record_id,
        partner_record_name,
        partner_record_website,
        max(our_record_id) as our_record_id
    from crossbeam_overlaps
    where partner_record_name is not null
    group by
        our_crossbeam_record_id,
        partner_crossbeam_record_id,
        partner_record_name,
        partner_record_website

),

overlaps_completed as (

    select
        crossbeam_overlaps.feed_partner_id,
        crossbeam_overlaps.named_partner as partner_name,
        coalesce(
            crossbeam_overlaps.our_record_id, pairs_seen.our_record_id, our_records.our_record_id
        ) as our_record_id,
        coalesce(
            crossbeam_overlaps.our_lead_id,
            crossbeam_overlaps.our_record_id
        ) as our_lead_id,
        lower(crossbeam_overlaps.our_record_type) = 'lead'
        or crossbeam_overlaps.our_record_id like '00Q%'
        or (crossbeam_overlaps.our_record_id is null and crossbeam_overlaps.our_lead_id is not null) as is_lead,
        coalesce(
            crossbeam_overlaps.partner_record_name,
            pairs_seen.partner_record_name,
            crossbeam_overlaps.our_record_name,
            crossbeam_overlaps.our_record_id
        ) as account_name,
        coalesce(crossbeam_overlaps.partner_record_website, pairs_seen.partner_record_website) as their_website,
        crossbeam_overlaps.our_record_website,
        crossbeam_overlaps.partner_record_country,
        crossbeam_overlaps.partner_record_industry,
        crossbeam_overlaps.partner_record_employees_count,
        crossbeam_overlaps.our_populations,
        crossbeam_overlaps.partner_populations,
        crossbeam_overlaps.named_states,
        crossbeam_overlaps.partner_owner_name,
        crossbeam_overlaps.partner_owner_email,
        crossbeam_overlaps.is_deleted,
        crossbeam_overlaps.batch_id,
        crossbeam_overlaps.source_file,
        crossbeam_overlaps.source_sha256,
        crossbeam_overlaps.source_row_number,
        crossbeam_overlaps.known_step,
        crossbeam_overlaps.known_on,
        crossbeam_overlaps.feed,
        crossbeam_overlaps.mode
    from crossbeam_overlaps
    left join pairs_seen
        on case
            when crossbeam_overlaps.partner_record_name is null
            then crossbeam_overlaps.our_crossbeam_record_id
        end = pairs_seen.our_crossbeam_record_id
        and crossbeam_overlaps.partner_crossbeam_record_id = pairs_seen.partner_crossbeam_record_id
    left join our_records
        on crossbeam_overlaps.our_crossbeam_record_id = our_records.our_crossbeam_record_id

),

-- The shapes in which Crossbeam gives an overlap agree in no id of the partner's record, only in
-- what it is called and where; without a website the name needs our record beside it. One shape
-- has a row per population, another a list of them: here it is one row per state (case 3).
from_crossbeam as (

    select
        'crossbeam' as source,
        overlaps_completed.feed_partner_id,
        overlaps_completed.partner_name,
        'xb_' || {{ hash_id([
            website_key('overlaps_completed.their_website'),
            'lower(trim(overlaps_completed.account_name))',
            "case when overlaps_completed.their_website is null"
            ~ " then overlaps_completed.our_record_id end",
        ]) }} as partner_account_id,
        case
            when overlaps_completed.is_lead then lead_conversions.converted_account_id
            else overlaps_completed.our_record_id
        end as crm_account_id,
        overlaps_completed.account_name,
        case
            when overlaps_completed.our_record_id is null
            then coalesce(overlaps_completed.their_website, overlaps_completed.our_record_website)
            else overlaps_completed.their_website
        end as website,
        overlaps_completed.partner_record_country as country,
        overlaps_completed.partner_record_industry as industry,
        overlaps_completed.partner_record_employees_count as employees_count,
        coalesce(states.state, 'unknown') as partner_state,
        overlaps_completed.partner_owner_name as owner_name,
        overlaps_completed.partner_owner_email as owner_email,
        overlaps_completed.our_populations,
        overlaps_completed.partner_populations,
        overlaps_completed.is_deleted,
        overlaps_completed.batch_id,
        overlaps_completed.source_file,
        overlaps_completed.source_sha256,
        overlaps_completed.source_row_number,
        overlaps_completed.known_step,
        overlaps_completed.known_on,
        overlaps_completed.feed,
        overlaps_completed.mode,
        'overlap_only' as coverage
    from overlaps_completed
    left join lead_conversions
        on overlaps_completed.our_lead_id = lead_conversions.lead_id
    left join states
        on '; ' || overlaps_completed.named_states || ';' like '%; ' || states.state || ';%'
    where overlaps_completed.account_name is not null

),

-- The type says the state; where it is not shared, a won deal proves a customer. What PartnerTap
-- knows of our own side is ours and no evidence of theirs (case 35).
from_partnertap as (

    select
        feed_partner_id,
        named_partner as partner_name,
        coalesce(
            partner_crm_account_id,
            'pt_' || {{ hash_id([
                website_key('partner_website'),
                'lower(trim(coalesce(partner_account_name, account_name)))',
                'case when partner_account_name is null then crm_account_id end',
            ]) }}
        ) as partner_account_id,
        case when crm_account_id not like 'MANUAL-%' then crm_account_id end as crm_account_id,
        coalesce(partner_account_name, account_name) as account_name,
        partner_website as website,
        partner_country as country,
        case
            when partner_stated_state in ('customer', 'former_customer') then partner_stated_state
            when partner_is_customer or partner_won_count > 0 then 'customer'
            when partner_stated_state = 'open_opportunity' or partner_open_count > 0
            then 'open_opportunity'
            when partner_stated_state = 'prospect' then 'prospect'
            else 'unknown'
        end as partner_state,
        partner_owner_name as owner_name,
        partner_owner_email as owner_email,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        'overlap_only' as coverage
    from partnertap_accounts

),

-- Reveal writes an open deal as a flag beside the status; an organisation that the partner sells
-- with is no account in any state.
from_reveal as (

    select
        feed_partner_id,
        partner_name,
        coalesce(
            partner_account_id,
            'rv_' || {{ hash_id([website_key('website'), 'lower(trim(account_name))']) }}
        ) as partner_account_id,
        crm_account_id,
        account_name,
        website,
        country,
        industry,
        duns,
        phone,
        employees_count,
        case
            when status = 'customer' then 'customer'
            when status = 'prospect' and has_open_deal then 'open_opportunity'
            when status = 'prospect' then 'prospect'
            else 'unknown'
        end as partner_state,
        customer_since_on,
        owner_name,
        owner_email,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        coverage
    from reveal_accounts

),

platform_rows as (

    select
        source,
        feed_partner_id,
        partner_name,
        partner_account_id,
        crm_account_id,
        coalesce(crm_account_id, '') as overlap_key,
        account_name,
        website,
        country,
        industry,
        cast(null as {{ type_string() }}) as duns,
        cast(null as {{ type_string() }}) as phone,
        employees_count,
        partner_state,
        cast(null as date) as customer_since_on,
        owner_name,
        owner_email,
        our_populations,
        partner_populations,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        coverage
    from from_crossbeam

    union all

    select
        'partnertap' as source,
        feed_partner_id,
        partner_name,
        partner_account_id,
        crm_account_id,
        coalesce(crm_account_id, '') as overlap_key,
        account_name,
        website,
        country,
        cast(null as {{ type_string() }}) as industry,
        cast(null as {{ type_string() }}) as duns,
        cast(null as {{ type_string() }}) as phone,
        cast(null as bigint) as employees_count,
        partner_state,
        cast(null as date) as customer_since_on,
        owner_name,
        owner_email,
        cast(null as {{ type_string() }}) as our_populations,
        cast(null as {{ type_string() }}) as partner_populations,
        false as is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        coverage
    from from_partnertap

    union all

    select
        'reveal' as source,
        feed_partner_id,
        partner_name,
        partner_account_id,
        crm_account_id,
        '' as overlap_key,
        account_name,
        website,
        country,
        industry,
        duns,
        phone,
        employees_count,
        partner_state,
        customer_since_on,
        owner_name,
        owner_email,
        cast(null as {{ type_string() }}) as our_populations,
        cast(null as {{ type_string() }}) as partner_populations,
        false as is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        coverage
    from from_reveal

),

unified as (

    select
        platform_rows.source,
        coalesce(
            platform_rows.feed_partner_id,
            case
                when platform_rows.known_on > partner_names.succeeded_after_on
                then partner_names.successor_partner_id
            end,
            partner_names.partner_id
        ) as partner_id,
        platform_rows.partner_account_id,
        cast(null as {{ type_string() }}) as parent_partner_account_id,
        platform_rows.crm_account_id,
        platform_rows.overlap_key,
        platform_rows.account_name,
        platform_rows.website,
        platform_rows.country,
        cast(null as {{ type_string() }}) as state,
        cast(null as {{ type_string() }}) as city,
        platform_rows.industry,
        platform_rows.duns,
        platform_rows.phone,
        platform_rows.employees_count,
        platform_rows.partner_state,
        platform_rows.customer_since_on,
        platform_rows.owner_name,
        platform_rows.owner_email,
        platform_rows.our_populations,
        platform_rows.partner_populations,
        platform_rows.is_deleted,
        platform_rows.batch_id,
        platform_rows.source_file,
        platform_rows.source_sha256,
        platform_rows.source_row_number,
        platform_rows.known_step,
        platform_rows.known_on,
        platform_rows.feed,
        platform_rows.mode,
        platform_rows.coverage
    from platform_rows
    left join partner_names
        on {{ name_key('platform_rows.partner_name') }} = partner_names.partner_name_key
    where coalesce(platform_rows.feed_partner_id, partner_names.partner_id) is not null

    union all

    select
        'bilateral' as source,
        partner_id,
        partner_account_id,
        parent_partner_account_id,
        crm_account_id,
        '' as overlap_key,
        account_name,
        website,
        country,
        state,
        city,
        industry,
        duns,
        phone,
        employees_count,
        partner_state,
        customer_since_on,
        owner_name,
        owner_email,
        cast(null as {{ type_string() }}) as our_populations,
        cast(null as {{ type_string() }}) as partner_populations,
        false as is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        feed,
        mode,
        coverage
    from bilateral

)

select * from unified
