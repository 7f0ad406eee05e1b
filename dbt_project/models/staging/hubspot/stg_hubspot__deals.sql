with

source as (

    select * from {{ landed('hubspot', 'deals') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('id') }} as opportunity_id,
        pipeline as pipeline_id,
        dealstage as stage_id,
        {{ hubspot_id('hubspot_owner_id') }} as owner_user_id,
        hs_merged_object_ids as merged_record_ids,
        {{ hubspot_id('partner_company_id') }} as partner_crm_account_id,

        -- strings
        dealname as opportunity_name,
        dealtype as opportunity_type,
        hs_next_step as next_step,
        deal_currency_code as currency,
        hs_manual_forecast_category as forecast_category,
        partner_involvement,

        -- numerics
        cast(amount as {{ type_money() }}) as amount,
        cast(cast(hs_deal_stage_probability as decimal(18, 6)) * 100 as {{ type_money() }}) as probability,

        -- booleans
        cast(hs_is_closed as boolean) as is_closed,
        cast(hs_is_closed_won as boolean) as is_won,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(archived as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(closedate as timestamp) as closes_at,
        cast(createdate as timestamp) as created_at,
        cast(notes_last_contacted as timestamp) as last_contacted_at,
        cast(coalesce(hs_lastmodifieddate, fivetran_synced) as timestamp) as modified_at,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed,
        _mode as mode
    from source

)

select * from renamed
