with

source as (

    select * from {{ landed('salesforce', 'opportunities') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as opportunity_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('owner_id') }} as owner_user_id,
        {{ salesforce_id('campaign_id') }} as campaign_id,
        {{ salesforce_id('partner_account_id') }} as partner_crm_account_id,

        -- strings
        name as opportunity_name,
        stage_name,
        type as opportunity_type,
        lead_source,
        next_step,
        currency_iso_code as currency,
        forecast_category,
        partner_involvement,

        -- numerics
        cast(amount as {{ type_money() }}) as amount,
        cast(probability as {{ type_money() }}) as probability,
        cast(push_count as bigint) as push_count,

        -- booleans
        cast(is_closed as boolean) as is_closed,
        cast(is_won as boolean) as is_won,
        -- A connector's history mode ends the last version of what is gone. It ends the others too, but
        -- of one landing only the newest version is read.
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false)
        or not coalesce(cast(fivetran_active as boolean), true) as is_deleted,

        -- dates
        cast(close_date as date) as close_on,
        cast(last_activity_date as date) as last_activity_on,

        -- timestamps
        cast(created_date as timestamp) as created_at,
        cast(
            coalesce(fivetran_start, system_modstamp, last_modified_date, fivetran_synced) as timestamp
        ) as modified_at,
        cast(fivetran_start as timestamp) as version_started_at,

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
