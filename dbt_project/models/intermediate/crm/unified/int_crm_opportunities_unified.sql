with

salesforce_opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

merged_deals as (

    select * from {{ ref('stg_hubspot__merged_deals') }}

),

stages as (

    select * from {{ ref('int_crm_deal_stages_labelled') }}

),

primary_companies as (

    select * from {{ ref('int_crm_deal_companies_primary') }}

),

of_salesforce as (

    select
        'salesforce' as crm,
        opportunity_id,
        account_id,
        opportunity_name,
        stage_name,
        amount,
        currency,
        probability,
        close_on,
        opportunity_type,
        lead_source,
        next_step,
        forecast_category,
        is_closed,
        is_won,
        owner_user_id,
        partner_crm_account_id,
        partner_involvement,
        created_at,
        modified_at,
        last_activity_on,
        push_count,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from salesforce_opportunities

),

-- HubSpot lets a deal be won on no day: it stays open until there is a day to book it on.
of_hubspot as (

    select
        'hubspot' as crm,
        deals.opportunity_id,
        primary_companies.account_id,
        deals.opportunity_name,
        coalesce(stages.stage_name, deals.stage_id) as stage_name,
        deals.amount,
        deals.currency,
        deals.probability,
        {{ company_date('deals.closes_at') }} as close_on,
        deals.opportunity_type,
        cast(null as {{ type_string() }}) as lead_source,
        deals.next_step,
        deals.forecast_category,
        coalesce(deals.is_closed, stages.is_closed)
        and not (deals.closes_at is null and coalesce(deals.is_won, stages.is_won, false)) as is_closed,
        coalesce(deals.is_won, stages.is_won) and deals.closes_at is not null as is_won,
        deals.owner_user_id,
        deals.partner_crm_account_id,
        deals.partner_involvement,
        deals.created_at,
        deals.modified_at,
        {{ company_date('deals.last_contacted_at') }} as last_activity_on,
        cast(null as bigint) as push_count,
        deals.is_deleted,
        deals.batch_id,
        deals.source_file,
        deals.source_sha256,
        deals.source_row_number,
        deals.known_step,
        deals.known_on
    from deals
    left join stages
        on deals.stage_id = stages.stage_id
        and deals.known_step >= stages.valid_from_step
        and {{ before_open_step('deals.known_step', 'stages.valid_until_step') }}
    left join primary_companies
        on deals.opportunity_id = primary_companies.opportunity_id
        and deals.known_step >= primary_companies.valid_from_step
        and {{ before_open_step('deals.known_step', 'primary_companies.valid_until_step') }}

),

merges_listed as (

    select
        opportunity_id,
        known_step,
        known_on
    from merged_deals
    where not is_deleted

    union all

    select
        {{ hubspot_id('listed.merged_record_id') }} as opportunity_id,
        listed.known_step,
        listed.known_on
    from (
        select
            {{ each_of('merged_record_ids', ';') }} as merged_record_id,
            known_step,
            known_on
        from deals
        where merged_record_ids is not null
    ) as listed
    where listed.merged_record_id <> ''

),

merges as (

    select
        opportunity_id,
        min(known_step) as known_step,
        min(known_on) as known_on
    from merges_listed
    group by opportunity_id

),

losers as (

    select
        of_hubspot.*,
        merges.known_step as merged_step,
        merges.known_on as merged_on,
        row_number() over (
            partition by of_hubspot.opportunity_id
            order by
                of_hubspot.known_step desc nulls last,
                of_hubspot.modified_at desc nulls last,
                of_hubspot.batch_id desc nulls last,
                of_hubspot.source_row_number desc nulls last
        ) as version_rank
    from of_hubspot
    inner join merges
        on of_hubspot.opportunity_id = merges.opportunity_id
        and of_hubspot.known_step < merges.known_step

),

-- Case 7: a deal that was merged away is gone from the step on in which the merge became known.
tombstones as (

    select
        crm,
        opportunity_id,
        account_id,
        opportunity_name,
        stage_name,
        amount,
        currency,
        probability,
        close_on,
        opportunity_type,
        lead_source,
        next_step,
        forecast_category,
        is_closed,
        is_won,
        owner_user_id,
        partner_crm_account_id,
        partner_involvement,
        created_at,
        modified_at,
        last_activity_on,
        push_count,
        true as is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        merged_step as known_step,
        merged_on as known_on
    from losers
    where version_rank = 1

),

deals_of_hubspot as (

    select
        of_hubspot.crm,
        of_hubspot.opportunity_id,
        of_hubspot.account_id,
        of_hubspot.opportunity_name,
        of_hubspot.stage_name,
        of_hubspot.amount,
        of_hubspot.currency,
        of_hubspot.probability,
        of_hubspot.close_on,
        of_hubspot.opportunity_type,
        of_hubspot.lead_source,
        of_hubspot.next_step,
        of_hubspot.forecast_category,
        of_hubspot.is_closed,
        of_hubspot.is_won,
        of_hubspot.owner_user_id,
        of_hubspot.partner_crm_account_id,
        of_hubspot.partner_involvement,
        of_hubspot.created_at,
        of_hubspot.modified_at,
        of_hubspot.last_activity_on,
        of_hubspot.push_count,
        of_hubspot.is_deleted
        or coalesce(of_hubspot.known_step >= merges.known_step, false) as is_deleted,
        of_hubspot.batch_id,
        of_hubspot.source_file,
        of_hubspot.source_sha256,
        of_hubspot.source_row_number,
        of_hubspot.known_step,
        of_hubspot.known_on
    from of_hubspot
    left join merges
        on of_hubspot.opportunity_id = merges.opportunity_id

),

unified as (

    select * from of_salesforce
    union all
    select * from deals_of_hubspot
    union all
    select * from tombstones

)

select * from unified
