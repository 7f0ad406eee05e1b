with

opportunity_partners as (

    select * from {{ ref('stg_salesforce__opportunity_partners') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_unified') }}

),

associations as (

    select * from {{ ref('stg_hubspot__deal_companies') }}

),

full_lists_known as (

    select * from {{ ref('int_crm_full_lists_known') }}

),

-- Opportunities that ever named a partner in a field of their own: an emptied field ends the claim.
claimed_in_fields as (

    select opportunity_id
    from opportunities
    where partner_crm_account_id is not null
    group by opportunity_id

),

of_salesforce as (

    select
        'salesforce' as crm,
        opportunity_partner_id as partner_role_id,
        opportunity_id,
        partner_crm_account_id,
        role,
        is_primary,
        'opportunity_partner' as claim,
        created_at,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from opportunity_partners

),

of_fields as (

    select
        opportunities.crm,
        opportunities.opportunity_id || ':partner' as partner_role_id,
        opportunities.opportunity_id,
        opportunities.partner_crm_account_id,
        coalesce(opportunities.partner_involvement, 'Partner') as role,
        false as is_primary,
        'opportunity_field' as claim,
        opportunities.created_at,
        opportunities.is_deleted or opportunities.partner_crm_account_id is null as is_deleted,
        opportunities.batch_id,
        opportunities.source_file,
        opportunities.source_sha256,
        opportunities.source_row_number,
        opportunities.known_step,
        opportunities.known_on
    from opportunities
    inner join claimed_in_fields
        on opportunities.opportunity_id = claimed_in_fields.opportunity_id

),

-- Every labelled company of a deal that is not the deal's own one; the label is the role.
of_labels as (

    select
        'hubspot' as crm,
        opportunity_id || ':' || account_id || ':' || lower(label) as partner_role_id,
        opportunity_id,
        account_id as partner_crm_account_id,
        label as role,
        false as is_primary,
        'association_label' as claim,
        cast(null as timestamp) as created_at,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from associations
    where label is not null
        and lower(label) not like 'primary%'

),

listed as (

    select
        of_salesforce.*,
        'opportunity_partners' as thing
    from of_salesforce

    union all

    select
        of_labels.*,
        'deal_companies' as thing
    from of_labels

),

listed_steps as (

    select
        partner_role_id,
        known_step,
        lead(known_step) over (
            partition by partner_role_id
            order by known_step nulls last
        ) as next_listed_step
    from listed
    group by partner_role_id, known_step

),

-- A role cannot be edited, only deleted and written anew, so what the next whole list leaves out
-- has ended, at the step of that list.
absences as (

    select
        listed.partner_role_id,
        listed.known_step,
        min(full_lists_known.known_step) as absent_step
    from listed
    inner join listed_steps
        on listed.partner_role_id = listed_steps.partner_role_id
        and listed.known_step = listed_steps.known_step
    inner join full_lists_known
        on listed.crm = full_lists_known.crm
        and listed.thing = full_lists_known.thing
        and listed.known_step < full_lists_known.known_step
        and (
            listed_steps.next_listed_step is null
            or listed_steps.next_listed_step > full_lists_known.known_step
        )
    where not listed.is_deleted
    group by listed.partner_role_id, listed.known_step

),

of_absence as (

    select
        listed.crm,
        listed.partner_role_id,
        listed.opportunity_id,
        listed.partner_crm_account_id,
        listed.role,
        listed.is_primary,
        listed.claim,
        listed.created_at,
        true as is_deleted,
        listed.batch_id,
        listed.source_file,
        listed.source_sha256,
        listed.source_row_number,
        full_lists_known.known_step,
        full_lists_known.known_on
    from listed
    inner join absences
        on listed.partner_role_id = absences.partner_role_id
        and listed.known_step = absences.known_step
    inner join full_lists_known
        on listed.crm = full_lists_known.crm
        and listed.thing = full_lists_known.thing
        and absences.absent_step = full_lists_known.known_step
    where not listed.is_deleted

),

unified as (

    select * from of_salesforce
    union all
    select * from of_fields
    union all
    select * from of_labels
    union all
    select * from of_absence

)

select * from unified
