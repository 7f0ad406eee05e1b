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

unified as (

    select * from of_salesforce
    union all
    select * from of_fields
    union all
    select * from of_labels

)

select * from unified
