with

source as (

    select * from {{ landed('salesforce', 'periods') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as period_id,
        {{ salesforce_id('fiscal_year_settings_id') }} as fiscal_year_settings_id,

        -- strings
        lower(type) as period_type,
        coalesce(fully_qualified_label, period_label, quarter_label) as period_label,

        -- numerics
        cast(number as bigint) as period_number,

        -- booleans
        cast(is_forecast_period as boolean) as is_forecast_period,
        coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- dates
        cast(start_date as date) as starts_on,
        cast(end_date as date) as ends_on,

        -- timestamps
        cast(coalesce(system_modstamp, fivetran_synced) as timestamp) as modified_at,

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
