with

partner_touches as (

    select
        touches.*,
        {{ company_date('touches.occurred_at') }} as occurred_on
    from {{ ref('stg_templates__partner_touches') }} as touches

),

activities as (

    select * from {{ ref('int_partner_activities_mapped') }}

),

platform_touches as (

    select * from {{ ref('int_platform_touches_mapped') }}

),

partner_names as (

    select * from {{ ref('int_partner_names_resolved') }}

),

registrations as (

    select * from {{ ref('stg_templates__deal_registrations') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

contacts as (

    select * from {{ ref('int_crm_contacts_unified') }}

),

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

touch_types as (

    select * from {{ latest_batch(ref('stg_policy__touch_types')) }}

),

windows as (

    select
        max(registration_valid_days) as registration_valid_days
    from {{ latest_batch(ref('stg_policy__attribution_windows')) }}
    where opportunity_type = '*'

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

partner_organisations as (

    select * from {{ ref('int_partner_organisations_resolved') }}

),

users_by_email as (

    select
        lower(email) as email_key,
        min(user_id) as user_id
    from users
    where email is not null
    group by lower(email)

),

contact_accounts_ranked as (

    select
        contact_id,
        lower(email) as email_key,
        account_id,
        known_on,
        row_number() over (
            partition by contact_id, known_step
            order by modified_at desc nulls last, batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step,
        row_number() over (
            partition by contact_id
            order by known_step nulls last, modified_at desc nulls last, batch_id desc nulls last, source_row_number desc nulls last
        ) as version_number
    from contacts
    where account_id is not null

),

-- Case 17: a contact may move to another company; the touch belongs to the account of its day.
contact_accounts as (

    select
        contact_id,
        email_key,
        account_id,
        case when version_number = 1 then cast('0001-01-01' as date) else known_on end as valid_from_on,
        coalesce(
            lead(known_on) over (partition by contact_id order by version_number nulls last),
            cast('9999-12-31' as date)
        ) as valid_until_on
    from contact_accounts_ranked
    where rank_in_step = 1

),

emails_of_one_contact as (

    select
        email_key,
        min(contact_id) as contact_id
    from contact_accounts
    where email_key is not null
    group by email_key

),

lead_conversions as (

    select
        lead_id,
        max(converted_account_id) as converted_account_id,
        max(converted_opportunity_id) as converted_opportunity_id
    from leads
    group by lead_id

),

reported_touches as (

    select
        partner_touches.touch_id,
        coalesce(partner_touches.source_system, 'partner_touches') as source_system,
        coalesce(partner_touches.source_record_id, partner_touches.touch_id) as source_record_id,
        coalesce(partner_touches.partner_id, partner_names.partner_id) as partner_id,
        coalesce(partner_touches.account_id, contact_accounts.account_id) as account_id,
        partner_touches.opportunity_id,
        partner_touches.touch_type,
        partner_touches.occurred_at,
        partner_touches.occurred_on,
        partner_touches.recorded_at,
        cast(null as date) as expires_on,
        users_by_email.user_id as our_rep_id,
        partner_touches.partner_seller_email,
        false as is_void,
        partner_touches.batch_id,
        partner_touches.source_file,
        partner_touches.source_sha256,
        partner_touches.source_row_number,
        partner_touches.known_step,
        partner_touches.known_on
    from partner_touches
    left join partner_names
        on {{ name_key('partner_touches.partner_name') }} = partner_names.partner_name_key
    left join users_by_email
        on lower(partner_touches.our_rep_email) = users_by_email.email_key
    left join emails_of_one_contact
        on lower(partner_touches.contact_email) = emails_of_one_contact.email_key
    left join contact_accounts
        on emails_of_one_contact.contact_id = contact_accounts.contact_id
        and partner_touches.occurred_on >= contact_accounts.valid_from_on
        and partner_touches.occurred_on < contact_accounts.valid_until_on

),

activity_touches as (

    select
        {{ dbt.concat(["activities.source_system", "':'", "activities.source_record_id"]) }} as touch_id,
        activities.source_system,
        activities.source_record_id,
        partner_organisations.partner_id,
        coalesce(
            case when activities.what_id like '001%' then activities.what_id end,
            activities.account_id,
            contact_accounts.account_id,
            lead_conversions.converted_account_id
        ) as account_id,
        coalesce(
            activities.opportunity_id,
            lead_conversions.converted_opportunity_id
        ) as opportunity_id,
        activities.touch_type,
        activities.occurred_at,
        activities.occurred_on,
        activities.recorded_at,
        cast(null as date) as expires_on,
        activities.owner_user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        activities.is_void,
        activities.batch_id,
        activities.source_file,
        activities.source_sha256,
        activities.source_row_number,
        activities.known_step,
        activities.known_on
    from activities
    left join partner_organisations
        on activities.partner_crm_account_id = partner_organisations.partner_crm_account_id
    left join contact_accounts
        on activities.who_id = contact_accounts.contact_id
        and activities.occurred_on >= contact_accounts.valid_from_on
        and activities.occurred_on < contact_accounts.valid_until_on
    left join lead_conversions
        on activities.who_id = lead_conversions.lead_id

),

-- A platform writes its events itself when they happen: nobody can type an earlier day.
platform_event_touches as (

    select
        platform_touches.touch_id,
        platform_touches.source_system,
        platform_touches.source_record_id,
        platform_touches.partner_id,
        platform_touches.account_id,
        platform_touches.opportunity_id,
        platform_touches.touch_type,
        platform_touches.occurred_at,
        {{ company_date('platform_touches.occurred_at') }} as occurred_on,
        platform_touches.occurred_at as recorded_at,
        cast(null as date) as expires_on,
        users_by_email.user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        false as is_void,
        platform_touches.batch_id,
        platform_touches.source_file,
        platform_touches.source_sha256,
        platform_touches.source_row_number,
        platform_touches.known_step,
        platform_touches.known_on
    from platform_touches
    left join users_by_email
        on lower(platform_touches.our_rep_email) = users_by_email.email_key

),

-- A registration is a touch once it is approved. What was rejected or withdrawn never was one;
-- one that was closed or ran out still was approved on its day.
registration_touches as (

    select
        'deal_registration:'
        || case
            when registrations.feed = 'deal_registrations' then ''
            else registrations.feed || ':'
        end
        || registrations.registration_id as touch_id,
        registrations.feed as source_system,
        registrations.registration_id as source_record_id,
        coalesce(registrations.partner_id, partner_names.partner_id) as partner_id,
        registrations.account_id,
        registrations.opportunity_id,
        'deal_registration' as touch_type,
        registrations.approved_at as occurred_at,
        {{ company_date('registrations.approved_at') }} as occurred_on,
        coalesce(registrations.recorded_at, registrations.approved_at) as recorded_at,
        coalesce(
            registrations.expires_on,
            {{ add_days(company_date('registrations.approved_at'), 'windows.registration_valid_days') }}
        ) as expires_on,
        cast(null as {{ type_string() }}) as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        registrations.approved_at is null
        or lower(registrations.status) not in ('approved', 'closed', 'expired') as is_void,
        registrations.batch_id,
        registrations.source_file,
        registrations.source_sha256,
        registrations.source_row_number,
        registrations.known_step,
        registrations.known_on
    from registrations
    cross join windows
    left join partner_names
        on {{ name_key('registrations.partner_name') }} = partner_names.partner_name_key

),

lead_touches as (

    select
        {{ dbt.concat(["'salesforce_lead:'", "leads.lead_id"]) }} as touch_id,
        'salesforce_lead' as source_system,
        leads.lead_id as source_record_id,
        partner_organisations.partner_id,
        leads.converted_account_id as account_id,
        leads.converted_opportunity_id as opportunity_id,
        'partner_lead' as touch_type,
        leads.created_at as occurred_at,
        {{ company_date('leads.created_at') }} as occurred_on,
        leads.created_at as recorded_at,
        cast(null as date) as expires_on,
        leads.owner_user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        leads.is_deleted as is_void,
        leads.batch_id,
        leads.source_file,
        leads.source_sha256,
        leads.source_row_number,
        leads.known_step,
        leads.known_on
    from leads
    inner join partner_organisations
        on leads.partner_crm_account_id = partner_organisations.partner_crm_account_id

),

touches as (

    select * from reported_touches
    union all
    select * from activity_touches
    union all
    select * from registration_touches
    union all
    select * from lead_touches
    union all
    select * from platform_event_touches

),

touches_ranked as (

    select
        touches.*,
        row_number() over (
            partition by touches.touch_id, touches.known_step
            order by touches.batch_id desc nulls last, touches.source_row_number desc nulls last
        ) as rank_in_step
    from touches

),

-- A meeting in the calendar is a touch from the first step that is known after it took place.
occurrence_steps as (

    select
        touches_ranked.touch_id,
        touches_ranked.known_step,
        min(steps.known_step) as occurred_step
    from touches_ranked
    inner join steps
        on touches_ranked.occurred_on <= steps.known_on
        and touches_ranked.known_step <= steps.known_step
    where touches_ranked.rank_in_step = 1
        and touches_ranked.occurred_on > touches_ranked.known_on
    group by touches_ranked.touch_id, touches_ranked.known_step

),

versions as (

    select
        touches_ranked.touch_id,
        touches_ranked.source_system,
        touches_ranked.source_record_id,
        touches_ranked.partner_id,
        touches_ranked.account_id,
        merged.surviving_account_id,
        coalesce(merged.merged_known_step, 0) as merged_known_step,
        touches_ranked.opportunity_id,
        touches_ranked.touch_type,
        touch_types.strength,
        touch_types.source_rank,
        touches_ranked.occurred_at,
        touches_ranked.occurred_on,
        touches_ranked.recorded_at,
        {{ company_date('touches_ranked.recorded_at') }} as recorded_on,
        touches_ranked.expires_on,
        touches_ranked.our_rep_id,
        touches_ranked.partner_seller_email,
        touches_ranked.is_void
        or (occurrence_steps.occurred_step is null and touches_ranked.occurred_on > touches_ranked.known_on)
            as is_void,
        touches_ranked.batch_id,
        touches_ranked.source_file,
        touches_ranked.source_sha256,
        touches_ranked.source_row_number,
        touches_ranked.known_on,
        touches_ranked.known_step,
        coalesce(occurrence_steps.occurred_step, touches_ranked.known_step) as valid_from_step,
        lead(touches_ranked.known_step) over (
            partition by touches_ranked.touch_id
            order by touches_ranked.known_step nulls last
        ) as valid_until_step
    from touches_ranked
    left join merged
        on touches_ranked.account_id = merged.account_id
    left join touch_types
        on touches_ranked.touch_type = touch_types.touch_type
    left join occurrence_steps
        on touches_ranked.touch_id = occurrence_steps.touch_id
        and touches_ranked.known_step = occurrence_steps.known_step
    where touches_ranked.rank_in_step = 1

)

select * from versions
