{{ config(materialized=read_in_place()) }}

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

    select * from {{ ref('int_partner_names_versioned') }}

),

registrations as (

    select
        registrations.*,
        {{ company_date('registrations.approved_at') }} as approved_on
    from {{ ref('stg_templates__deal_registrations') }} as registrations

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

people as (

    select * from {{ ref('int_people_resolved') }}

),

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

windows as (

    select * from {{ policy_versions(ref('stg_policy__attribution_windows'), ['opportunity_type']) }}
    where opportunity_type = '*'

),

window_files as (

    select * from {{ policy_files(ref('stg_policy__attribution_windows')) }}

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

-- A version of a person holds for what was known before its successor was, and after that still for
-- days before its successor's: two spans that do not overlap, so that a join only compares.
people_spans as (

    select
        people.*,
        cast(0 as bigint) as asked_from_step,
        coalesce(superseded_step, {{ open_step() }}) as asked_before_step,
        date '9999-12-31' as asked_before_on
    from people

    union all

    select
        people.*,
        superseded_step as asked_from_step,
        {{ open_step() }} as asked_before_step,
        superseded_from_on as asked_before_on
    from people
    where superseded_step is not null

),

emails_of_one_contact as (

    select
        email_key,
        min(person_id) as contact_id
    from people
    where email_key is not null
    group by email_key

),

-- Where a record names a person and no account, the account is that of the person on the day of
-- the touch, from the step in which that was known: before, the touch has none (case 17).
reported_touches as (

    select
        partner_touches.touch_id,
        coalesce(partner_touches.source_system, 'partner_touches') as source_system,
        coalesce(partner_touches.source_record_id, partner_touches.touch_id) as source_record_id,
        coalesce(partner_touches.partner_id, partner_names.partner_id) as partner_id,
        coalesce(partner_touches.account_id, people.account_id) as account_id,
        partner_touches.opportunity_id,
        cast(null as {{ type_string() }}) as lead_id,
        emails_of_one_contact.contact_id,
        partner_touches.touch_type,
        partner_touches.occurred_at,
        partner_touches.occurred_on,
        partner_touches.recorded_at,
        cast(null as date) as expires_on,
        users_by_email.user_id as our_rep_id,
        partner_touches.partner_seller_email,
        cast(null as {{ type_string() }}) as not_counted_reason,
        partner_touches.batch_id,
        partner_touches.source_file,
        partner_touches.source_sha256,
        partner_touches.source_row_number,
        partner_touches.known_step,
        partner_touches.known_on,
        -- The later of two beginnings; greatest() passes over NULL.
        coalesce(greatest(people.valid_from_step, partner_names.valid_from_step), 0)
            as fact_from_step,
        least(
            case
                when people.superseded_from_on <= partner_touches.occurred_on
                then people.superseded_step
            end,
            partner_names.valid_until_step
        ) as fact_until_step,
        cast(0 as bigint) as policy_from_step,
        cast(null as bigint) as policy_until_step
    from partner_touches
    left join partner_names
        on case
            when partner_touches.partner_id is null
            then {{ name_key('partner_touches.partner_name') }}
        end = partner_names.partner_name_key
        and {{ before_open_step('partner_touches.known_step', 'partner_names.valid_until_step') }}
    left join users_by_email
        on lower(partner_touches.our_rep_email) = users_by_email.email_key
    left join emails_of_one_contact
        on lower(partner_touches.contact_email) = emails_of_one_contact.email_key
    left join people_spans as people
        on case
            when partner_touches.account_id is null then emails_of_one_contact.contact_id
        end = people.person_id
        and partner_touches.occurred_on >= people.valid_from_on
        and partner_touches.occurred_on < people.asked_before_on
        -- Both names are known from the later of two steps; greatest() passes over NULL.
        and greatest(partner_touches.known_step, partner_names.valid_from_step)
        >= people.asked_from_step
        and greatest(partner_touches.known_step, partner_names.valid_from_step)
        < people.asked_before_step
        and {{ before_open_step('people.valid_from_step', 'partner_names.valid_until_step') }}

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
            people.account_id
        ) as account_id,
        coalesce(activities.opportunity_id, people.opportunity_id) as opportunity_id,
        case when activities.who_id like '00Q%' then activities.who_id end as lead_id,
        case when activities.who_id not like '00Q%' then activities.who_id end as contact_id,
        activities.touch_type,
        activities.occurred_at,
        activities.occurred_on,
        activities.recorded_at,
        cast(null as date) as expires_on,
        activities.owner_user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        activities.not_counted_reason,
        activities.batch_id,
        activities.source_file,
        activities.source_sha256,
        activities.source_row_number,
        activities.known_step,
        activities.known_on,
        coalesce(greatest(people.valid_from_step, partner_organisations.known_step), 0)
            as fact_from_step,
        case
            when people.superseded_from_on <= activities.occurred_on then people.superseded_step
        end as fact_until_step,
        activities.policy_from_step,
        activities.policy_until_step
    from activities
    left join partner_organisations
        on activities.partner_crm_account_id = partner_organisations.partner_crm_account_id
    left join people_spans as people
        on case when activities.opportunity_id is null then activities.who_id end = people.person_id
        -- With an account of its own, it asks leads alone: that implies this.
        and (activities.account_id is not null) <= (people.person_kind = 'lead')
        and activities.occurred_on >= people.valid_from_on
        and activities.occurred_on < people.asked_before_on
        and activities.known_step >= people.asked_from_step
        and activities.known_step < people.asked_before_step

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
        cast(null as {{ type_string() }}) as lead_id,
        cast(null as {{ type_string() }}) as contact_id,
        platform_touches.touch_type,
        platform_touches.occurred_at,
        platform_touches.occurred_on,
        platform_touches.occurred_at as recorded_at,
        cast(null as date) as expires_on,
        users_by_email.user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        cast(null as {{ type_string() }}) as not_counted_reason,
        platform_touches.batch_id,
        platform_touches.source_file,
        platform_touches.source_sha256,
        platform_touches.source_row_number,
        platform_touches.known_step,
        platform_touches.known_on,
        platform_touches.fact_from_step,
        platform_touches.fact_until_step,
        platform_touches.policy_from_step,
        platform_touches.policy_until_step
    from platform_touches
    left join users_by_email
        on lower(platform_touches.our_rep_email) = users_by_email.email_key

),

-- A registration is a touch once it is approved. What was rejected or withdrawn never was one;
-- one that was closed or ran out still was approved on its day. Without a last day of its own it
-- counts as long as the policy of its day of approval says.
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
        cast(null as {{ type_string() }}) as lead_id,
        cast(null as {{ type_string() }}) as contact_id,
        'deal_registration' as touch_type,
        registrations.approved_at as occurred_at,
        registrations.approved_on as occurred_on,
        coalesce(registrations.recorded_at, registrations.approved_at) as recorded_at,
        coalesce(
            registrations.expires_on,
            {{ add_days('registrations.approved_on', 'windows.registration_valid_days') }}
        ) as expires_on,
        cast(null as {{ type_string() }}) as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        case
            when registrations.approved_at is null
                or lower(registrations.status) not in ('approved', 'closed', 'expired')
            then 'not_approved'
        end as not_counted_reason,
        registrations.batch_id,
        registrations.source_file,
        registrations.source_sha256,
        registrations.source_row_number,
        registrations.known_step,
        registrations.known_on,
        coalesce(partner_names.valid_from_step, 0) as fact_from_step,
        partner_names.valid_until_step as fact_until_step,
        coalesce(window_files.valid_from_step, 0) as policy_from_step,
        window_files.valid_until_step as policy_until_step
    from registrations
    left join window_files
        on registrations.expires_on is null
        and {{ before_open_step('registrations.known_step', 'window_files.valid_until_step') }}
    left join windows
        on window_files.valid_from_step = windows.valid_from_step
        and registrations.approved_on >= windows.effective_from_on
        and {{ before_open_day('registrations.approved_on', 'windows.effective_before_on') }}
    left join partner_names
        on case
            when registrations.partner_id is null
            then {{ name_key('registrations.partner_name') }}
        end = partner_names.partner_name_key
        and {{ before_open_step('registrations.known_step', 'partner_names.valid_until_step') }}

),

lead_touches as (

    select
        {{ dbt.concat(["'salesforce_lead:'", "leads.lead_id"]) }} as touch_id,
        'salesforce_lead' as source_system,
        leads.lead_id as source_record_id,
        partner_organisations.partner_id,
        leads.converted_account_id as account_id,
        leads.converted_opportunity_id as opportunity_id,
        leads.lead_id,
        cast(null as {{ type_string() }}) as contact_id,
        'partner_lead' as touch_type,
        leads.created_at as occurred_at,
        {{ company_date('leads.created_at') }} as occurred_on,
        leads.created_at as recorded_at,
        cast(null as date) as expires_on,
        leads.owner_user_id as our_rep_id,
        cast(null as {{ type_string() }}) as partner_seller_email,
        case when leads.is_deleted then 'deleted' end as not_counted_reason,
        leads.batch_id,
        leads.source_file,
        leads.source_sha256,
        leads.source_row_number,
        leads.known_step,
        leads.known_on,
        partner_organisations.known_step as fact_from_step,
        cast(null as bigint) as fact_until_step,
        cast(0 as bigint) as policy_from_step,
        cast(null as bigint) as policy_until_step
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

)

select * from touches
