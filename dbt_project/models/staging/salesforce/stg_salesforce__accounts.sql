with

source as (

    select * from {{ landed('salesforce', 'accounts') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as account_id,
        {{ salesforce_id('parent_id') }} as parent_account_id,
        {{ salesforce_id('owner_id') }} as owner_user_id,
        {{ salesforce_id('master_record_id') }} as merged_into_account_id,

        -- strings
        name as account_name,
        type as account_type,
        website,
        industry,
        billing_country as country,
        billing_state as state,
        billing_city as city,
        phone,
        duns_number as duns,
        {{ global_ultimate_duns('_extra') }} as global_ultimate_duns,
        {{ undeclared_value('_extra', 'technolog') }} as technologies,
        currency_iso_code as currency,
        sixsense_buying_stage,

        -- numerics
        cast(number_of_employees as bigint) as employees_count,
        cast(annual_revenue as {{ type_money() }}) as annual_revenue_amount,
        cast(sixsense_intent_score as {{ type_money() }}) as sixsense_intent_score,

        -- booleans
        cast(is_partner as boolean) as is_partner,
        -- A connector's history mode ends the last version of what is gone. It ends the others too, but
        -- of one landing only the newest version is read.
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false)
        or not coalesce(cast(fivetran_active as boolean), true) as is_deleted,

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
