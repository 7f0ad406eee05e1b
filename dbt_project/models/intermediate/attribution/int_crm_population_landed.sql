{{ config(materialized='ephemeral') }}

with

salesforce_rows as (

    select * from {{ landed('salesforce', 'opportunities') }}

),

hubspot_rows as (

    select * from {{ landed('hubspot', 'deals') }}

),

hubspot_merges as (

    select * from {{ landed('hubspot', 'merged_deals') }}

),

hubspot_stages as (

    select * from {{ landed('hubspot', 'deal_pipeline_stages') }}

),

dated_rate_rows as (

    select * from {{ landed('salesforce', 'dated_conversion_rates') }}

),

static_rate_rows as (

    select * from {{ landed('salesforce', 'currency_types') }}

),

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

stages as (

    select * from {{ ref('int_stages_versioned') }}
    where valid_until_step is null

),

opportunity_types as (

    select * from {{ policy_versions(ref('stg_policy__opportunity_types'), ['opportunity_type']) }}
    where valid_until_step is null

),

plan_rates as (

    select * from {{ policy_versions(ref('stg_policy__plan_rates'), ['currency']) }}
    where valid_until_step is null

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- The CRM's own total, from the rows as they landed: none of the models that feed the ledger, not
-- even their staging. What the two paths share is the calendar, the policies and the arithmetic.
of_salesforce as (

    select
        'salesforce' as crm,
        substr(id, 1, 15) as record_key,
        {{ salesforce_id('id') }} as opportunity_id,
        stage_name,
        type as opportunity_type,
        currency_iso_code as currency,
        cast(amount as {{ type_money() }}) as amount,
        cast(is_closed as boolean) as is_closed,
        cast(is_won as boolean) as is_won,
        -- A connector's history mode has no active version of what is gone.
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false)
        or not coalesce(cast(fivetran_active as boolean), true) as is_deleted,
        cast(close_date as date) as close_on,
        {{ company_date('cast(created_date as timestamp)') }} as created_on,
        cast(
            coalesce(fivetran_start, system_modstamp, last_modified_date, fivetran_synced) as timestamp
        ) as modified_at,
        _known_step,
        _batch_id,
        cast(_row_number as bigint) as row_number_in_file
    from salesforce_rows

),

stage_labels as (

    select
        id as stage_id,
        label,
        cast(is_closed as boolean) as is_closed,
        cast(closed_won as boolean) as is_won,
        _known_step,
        row_number() over (
            partition by id, _known_step
            order by
                cast(coalesce(updated_at, fivetran_synced) as timestamp) desc nulls last,
                _batch_id desc nulls last,
                cast(_row_number as bigint) desc nulls last
        ) as rank_in_step
    from hubspot_stages

),

merged_away as (

    select merged_deal_id as record_key from hubspot_merges
    where not coalesce(cast(is_deleted as boolean), false)
        and not coalesce(cast(fivetran_deleted as boolean), false)
    union
    select merged_record_id as record_key
    from (
        select {{ each_of('hs_merged_object_ids', ';') }} as merged_record_id
        from hubspot_rows
        where hs_merged_object_ids is not null
    ) as listed
    where merged_record_id <> ''

),

deals_labelled as (

    select
        hubspot_rows.*,
        stage_labels.label,
        stage_labels.is_closed as is_stage_closed,
        stage_labels.is_won as is_stage_won,
        row_number() over (
            partition by hubspot_rows._batch_id, hubspot_rows._row_number
            order by stage_labels._known_step desc nulls last
        ) as label_rank
    from hubspot_rows
    left join stage_labels
        on hubspot_rows.dealstage = stage_labels.stage_id
        and hubspot_rows._known_step >= stage_labels._known_step
        and stage_labels.rank_in_step = 1

),

-- HubSpot lets a deal be won on no day: it is not booked until there is a day.
of_hubspot as (

    select
        'hubspot' as crm,
        deals_labelled.id as record_key,
        {{ hubspot_id('deals_labelled.id') }} as opportunity_id,
        coalesce(deals_labelled.label, deals_labelled.dealstage) as stage_name,
        deals_labelled.dealtype as opportunity_type,
        deals_labelled.deal_currency_code as currency,
        cast(deals_labelled.amount as {{ type_money() }}) as amount,
        coalesce(cast(deals_labelled.hs_is_closed as boolean), deals_labelled.is_stage_closed)
        and not (
            deals_labelled.closedate is null
            and coalesce(
                cast(deals_labelled.hs_is_closed_won as boolean), deals_labelled.is_stage_won, false
            )
        ) as is_closed,
        coalesce(cast(deals_labelled.hs_is_closed_won as boolean), deals_labelled.is_stage_won)
        and deals_labelled.closedate is not null as is_won,
        coalesce(cast(deals_labelled.is_deleted as boolean), false)
        or coalesce(cast(deals_labelled.archived as boolean), false)
        or coalesce(cast(deals_labelled.fivetran_deleted as boolean), false)
        or merged_away.record_key is not null as is_deleted,
        {{ company_date('cast(deals_labelled.closedate as timestamp)') }} as close_on,
        {{ company_date('cast(deals_labelled.createdate as timestamp)') }} as created_on,
        cast(
            coalesce(deals_labelled.hs_lastmodifieddate, deals_labelled.fivetran_synced) as timestamp
        ) as modified_at,
        deals_labelled._known_step,
        deals_labelled._batch_id,
        cast(deals_labelled._row_number as bigint) as row_number_in_file
    from deals_labelled
    left join merged_away
        on deals_labelled.id = merged_away.record_key
    where deals_labelled.label_rank = 1

),

landed_rows as (

    select * from of_salesforce
    union all
    select * from of_hubspot

),

full_lists as (

    select
        source as crm,
        max(known_step) as full_list_step
    from landed_batches
    where mode = 'full'
        and (
            (source = 'salesforce' and table_name = 'opportunities')
            or (source = 'hubspot' and table_name = 'deals')
        )
    group by source

),

newest_first as (

    select
        landed_rows.*,
        row_number() over (
            partition by crm, record_key
            order by
                _known_step desc nulls last,
                modified_at desc nulls last,
                _batch_id desc nulls last,
                row_number_in_file desc nulls last
        ) as row_rank
    from landed_rows

),

records as (

    select
        newest_first.opportunity_id,
        newest_first.created_on,
        newest_first.close_on,
        coalesce(newest_first.is_closed, stages.is_closed, false) as is_closed,
        coalesce(newest_first.is_won, stages.is_won, false)
        and coalesce(newest_first.is_closed, stages.is_closed, false) as is_won,
        newest_first.is_deleted
        or coalesce(newest_first._known_step < full_lists.full_list_step, false) as is_deleted,
        newest_first.amount,
        coalesce(newest_first.currency, company.company_currency) as currency,
        company.company_currency,
        opportunity_types.exclusion
    from newest_first
    cross join company
    left join full_lists
        on newest_first.crm = full_lists.crm
    left join stages
        on newest_first.stage_name = stages.stage_name
    left join opportunity_types
        on newest_first.opportunity_type = opportunity_types.opportunity_type
        and newest_first.created_on >= opportunity_types.effective_from_on
        and {{ before_open_day('newest_first.created_on', 'opportunity_types.effective_before_on') }}
    where newest_first.row_rank = 1

),

rate_rows as (

    select
        iso_code as currency,
        cast(start_date as date) as starts_on,
        cast(conversion_rate as {{ type_rate() }}) as conversion_rate,
        _known_step,
        _batch_id,
        cast(_row_number as bigint) as row_number_in_file
    from dated_rate_rows
    where not coalesce(cast(fivetran_deleted as boolean), false)

    union all

    select
        iso_code as currency,
        cast('0001-01-01' as date) as starts_on,
        cast(conversion_rate as {{ type_rate() }}) as conversion_rate,
        _known_step,
        _batch_id,
        cast(_row_number as bigint) as row_number_in_file
    from static_rate_rows
    where not coalesce(cast(fivetran_deleted as boolean), false)
        and not exists (
            select dated_rate_rows.iso_code from dated_rate_rows
            where dated_rate_rows.iso_code = static_rate_rows.iso_code
        )

),

newest_rates as (

    select
        currency,
        starts_on,
        conversion_rate,
        lead(starts_on) over (partition by currency order by starts_on nulls last) as ends_before_on
    from (
        select
            rate_rows.*,
            row_number() over (
                partition by currency, starts_on
                order by
                    _known_step desc nulls last,
                    _batch_id desc nulls last,
                    row_number_in_file desc nulls last
            ) as row_rank
        from rate_rows
    ) as rates_ranked
    where row_rank = 1

),

population as (

    select
        records.opportunity_id,
        records.created_on,
        records.close_on,
        records.is_closed,
        records.is_won,
        records.is_deleted,
        records.exclusion,
        records.amount,
        records.currency,
        case
            when records.currency = records.company_currency or coalesce(records.amount, 0) = 0
            then coalesce(records.amount, 0)
            when records.is_closed
            then {{ convert_amount('records.amount', 'newest_rates.conversion_rate') }}
            else {{ convert_amount('records.amount', 'plan_rates.plan_rate') }}
        end as amount_company_currency
    from records
    left join newest_rates
        on records.currency = newest_rates.currency
        and records.close_on >= newest_rates.starts_on
        and {{ before_open_day('records.close_on', 'newest_rates.ends_before_on') }}
    left join plan_rates
        on records.currency = plan_rates.currency
        and records.created_on >= plan_rates.effective_from_on
        and {{ before_open_day('records.created_on', 'plan_rates.effective_before_on') }}

)

select * from population
