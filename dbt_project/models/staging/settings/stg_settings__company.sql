{{ config(materialized='table') }}

with

source as (

    select * from {{ landed('settings', 'company') }}

),

renamed as (

    select
        -- strings
        name as company_name,
        time_zone,
        currency as company_currency,
        week_starts_on,
        holidays_country,
        coalesce(managers_from, 'manager_field') as managers_from,

        -- numerics
        cast(fiscal_year_start_month as bigint) as fiscal_year_start_month,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on
    from source

),

newest as (

    select
        renamed.*,
        row_number() over (
            order by
                known_step desc nulls last,
                batch_id desc nulls last,
                source_row_number nulls last
        ) as version_rank
    from renamed

),

current_settings as (

    select
        company_name,
        time_zone,
        company_currency,
        week_starts_on,
        holidays_country,
        managers_from,
        fiscal_year_start_month,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from newest
    where version_rank = 1

)

select * from current_settings
