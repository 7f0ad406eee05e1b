with

field_history as (

    select * from {{ ref('stg_salesforce__opportunity_field_history') }}

),

stage_history as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}

),

versions as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

property_history as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}

),

deal_stages as (

    select * from {{ ref('stg_hubspot__deal_stages') }}

),

stages as (

    select * from {{ ref('int_crm_deal_stages_labelled') }}

),

-- Salesforce writes an owner change twice, once with names and once with ids: only ids count.
of_field_history as (

    select
        'salesforce' as crm,
        history_id,
        opportunity_id,
        case field_name
            when 'Owner' then 'owner'
            when 'StageName' then 'stage'
            when 'Amount' then 'amount'
            when 'CloseDate' then 'close_date'
        end as field_name,
        case when field_name = 'Owner' then {{ salesforce_id('old_value') }} else old_value end as old_value,
        case when field_name = 'Owner' then {{ salesforce_id('new_value') }} else new_value end as new_value,
        changed_at,
        changed_by_user_id,
        'field_history' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from field_history
    where not is_deleted
        and (
            field_name in ('StageName', 'Amount', 'CloseDate')
            or (field_name = 'Owner' and (new_value like '005%' or new_value like '00G%'))
        )

),

stage_of_stage_history as (

    select
        'salesforce' as crm,
        history_id,
        opportunity_id,
        'stage' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        stage_name as new_value,
        changed_at,
        changed_by_user_id,
        'stage_history' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from stage_history
    where not is_deleted
        and stage_name is not null

),

amount_of_stage_history as (

    select
        'salesforce' as crm,
        history_id,
        opportunity_id,
        'amount' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        cast(amount as {{ type_string() }}) as new_value,
        changed_at,
        changed_by_user_id,
        'stage_history' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from stage_history
    where not is_deleted
        and amount is not null

),

close_date_of_stage_history as (

    select
        'salesforce' as crm,
        history_id,
        opportunity_id,
        'close_date' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        {{ text_from_day('close_on') }} as new_value,
        changed_at,
        changed_by_user_id,
        'stage_history' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from stage_history
    where not is_deleted
        and close_on is not null

),

owner_of_versions as (

    select
        'salesforce' as crm,
        opportunity_id || ':' || cast(version_started_at as {{ type_string() }}) as history_id,
        opportunity_id,
        'owner' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        owner_user_id as new_value,
        version_started_at as changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'connector_version' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from versions
    where version_started_at is not null
        and owner_user_id is not null

),

stage_of_versions as (

    select
        'salesforce' as crm,
        opportunity_id || ':' || cast(version_started_at as {{ type_string() }}) as history_id,
        opportunity_id,
        'stage' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        stage_name as new_value,
        version_started_at as changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'connector_version' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from versions
    where version_started_at is not null
        and stage_name is not null

),

amount_of_versions as (

    select
        'salesforce' as crm,
        opportunity_id || ':' || cast(version_started_at as {{ type_string() }}) as history_id,
        opportunity_id,
        'amount' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        cast(amount as {{ type_string() }}) as new_value,
        version_started_at as changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'connector_version' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from versions
    where version_started_at is not null
        and amount is not null

),

close_date_of_versions as (

    select
        'salesforce' as crm,
        opportunity_id || ':' || cast(version_started_at as {{ type_string() }}) as history_id,
        opportunity_id,
        'close_date' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        {{ text_from_day('close_on') }} as new_value,
        version_started_at as changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'connector_version' as evidence,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from versions
    where version_started_at is not null
        and close_on is not null

),

of_property_history as (

    select
        'hubspot' as crm,
        property_history.opportunity_id || ':' || property_history.property_name || ':'
        || cast(property_history.changed_at as {{ type_string() }}) as history_id,
        property_history.opportunity_id,
        case property_history.property_name
            when 'hubspot_owner_id' then 'owner'
            when 'dealstage' then 'stage'
            when 'amount' then 'amount'
            when 'closedate' then 'close_date'
        end as field_name,
        cast(null as {{ type_string() }}) as old_value,
        case property_history.property_name
            when 'hubspot_owner_id' then {{ hubspot_id('property_history.new_value') }}
            when 'dealstage' then coalesce(stages.stage_name, property_history.new_value)
            when 'closedate'
            then {{ text_from_day(company_date(safe_cast('property_history.new_value', 'timestamp'))) }}
            else property_history.new_value
        end as new_value,
        property_history.changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'property_history' as evidence,
        property_history.batch_id,
        property_history.source_file,
        property_history.source_sha256,
        property_history.source_row_number,
        property_history.known_step,
        property_history.known_on
    from property_history
    left join stages
        on case
            when property_history.property_name = 'dealstage' then property_history.new_value
        end = stages.stage_id
        and property_history.known_step >= stages.valid_from_step
        and {{ before_open_step('property_history.known_step', 'stages.valid_until_step') }}
    where not property_history.is_deleted
        and property_history.new_value is not null
        and property_history.property_name in ('hubspot_owner_id', 'dealstage', 'amount', 'closedate')

),

of_deal_stages as (

    select
        'hubspot' as crm,
        deal_stages.opportunity_id || ':stage:'
        || cast(deal_stages.changed_at as {{ type_string() }}) as history_id,
        deal_stages.opportunity_id,
        'stage' as field_name,
        cast(null as {{ type_string() }}) as old_value,
        coalesce(stages.stage_name, deal_stages.stage_id) as new_value,
        deal_stages.changed_at,
        cast(null as {{ type_string() }}) as changed_by_user_id,
        'deal_stage' as evidence,
        deal_stages.batch_id,
        deal_stages.source_file,
        deal_stages.source_sha256,
        deal_stages.source_row_number,
        deal_stages.known_step,
        deal_stages.known_on
    from deal_stages
    left join stages
        on deal_stages.stage_id = stages.stage_id
        and deal_stages.known_step >= stages.valid_from_step
        and {{ before_open_step('deal_stages.known_step', 'stages.valid_until_step') }}
    where not deal_stages.is_deleted
        and deal_stages.changed_at is not null

),

unified as (

    select * from of_field_history
    union all
    select * from stage_of_stage_history
    union all
    select * from amount_of_stage_history
    union all
    select * from close_date_of_stage_history
    union all
    select * from owner_of_versions
    union all
    select * from stage_of_versions
    union all
    select * from amount_of_versions
    union all
    select * from close_date_of_versions
    union all
    select * from of_property_history
    union all
    select * from of_deal_stages

)

select * from unified
