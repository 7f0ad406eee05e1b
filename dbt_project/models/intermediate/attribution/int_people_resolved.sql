with

contacts as (

    select * from {{ ref('int_crm_contacts_unified') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

contacts_ranked as (

    select
        contact_id,
        lower(email) as email_key,
        account_id,
        {{ company_date('modified_at') }} as modified_on,
        known_on,
        known_step,
        row_number() over (
            partition by contact_id, known_step
            order by modified_at desc nulls last, batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from contacts
    where account_id is not null

),

leads_ranked as (

    select
        leads.*,
        row_number() over (
            partition by lead_id, known_step
            order by modified_at desc nulls last, batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from leads

),

people as (

    select
        contact_id as person_id,
        'contact' as person_kind,
        email_key,
        account_id,
        cast(null as {{ type_string() }}) as opportunity_id,
        modified_on,
        known_on,
        known_step
    from contacts_ranked
    where rank_in_step = 1

    union all

    select
        lead_id as person_id,
        'lead' as person_kind,
        cast(null as {{ type_string() }}) as email_key,
        converted_account_id as account_id,
        converted_opportunity_id as opportunity_id,
        cast(null as date) as modified_on,
        known_on,
        known_step
    from leads_ranked
    where rank_in_step = 1

),

compared as (

    select
        people.*,
        row_number() over (partition by person_id order by known_step nulls last) as version_number,
        lag(account_id) over (partition by person_id order by known_step nulls last)
            as previous_account_id,
        lag(opportunity_id) over (partition by person_id order by known_step nulls last)
            as previous_opportunity_id,
        lag(known_on) over (partition by person_id order by known_step nulls last) as previous_known_on
    from people

),

-- Case 17: a contact that moved belongs to the new company from the day of the change, which lies
-- between the two landings that show it; where it was first seen, it is taken to have always been.
-- A lead leads to its account and deal whenever the touch took place.
places as (

    select
        person_id,
        person_kind,
        email_key,
        account_id,
        opportunity_id,
        case
            when version_number = 1 or person_kind = 'lead' then cast('0001-01-01' as date)
            when modified_on >= previous_known_on and modified_on <= known_on then modified_on
            else known_on
        end as valid_from_on,
        known_step
    from compared
    where version_number = 1
        or account_id is distinct from previous_account_id
        or opportunity_id is distinct from previous_opportunity_id

    union all

    select
        person_id,
        person_kind,
        min(email_key) as email_key,
        cast(null as {{ type_string() }}) as account_id,
        cast(null as {{ type_string() }}) as opportunity_id,
        cast('0001-01-01' as date) as valid_from_on,
        cast(0 as bigint) as known_step
    from people
    group by person_id, person_kind

),

resolved as (

    select
        places.person_id,
        places.person_kind,
        min(places.email_key) over (partition by places.person_id) as email_key,
        places.account_id,
        places.opportunity_id,
        places.valid_from_on,
        places.known_step as valid_from_step,
        lead(places.valid_from_on) over (
            partition by places.person_id order by places.known_step nulls last
        ) as superseded_from_on,
        lead(places.known_step) over (
            partition by places.person_id order by places.known_step nulls last
        ) as superseded_step
    from places

)

select * from resolved
