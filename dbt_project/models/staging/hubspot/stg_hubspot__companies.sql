with

source as (

    select * from {{ landed('hubspot', 'companies') }}

),

renamed as (

    select
        -- ids
        {{ hubspot_id('id') }} as account_id,
        {{ hubspot_id('hs_parent_company_id') }} as parent_account_id,
        {{ hubspot_id('hubspot_owner_id') }} as owner_user_id,
        hs_merged_object_ids as merged_record_ids,

        -- strings
        name as account_name,
        type as account_type,
        lifecyclestage as lifecycle_stage,
        domain,
        website,
        hs_additional_domains as additional_domains,
        industry,
        country,
        state,
        city,
        phone,
        duns_number as duns,
        {{ undeclared_value('_extra', 'technolog') }} as technologies,

        -- numerics
        cast(numberofemployees as bigint) as employees_count,
        cast(annualrevenue as {{ type_money() }}) as annual_revenue_amount,

        -- booleans
        cast(is_partner as boolean) as is_partner,
        coalesce(cast(is_deleted as boolean), false)
        or coalesce(cast(archived as boolean), false)
        or coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(createdate as timestamp) as created_at,
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
