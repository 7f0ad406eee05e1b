with

source as (

    select * from {{ landed('sixsense', 'company_scores') }}

),

renamed as (

    select
        -- ids
        crm_account_id,

        -- strings
        domain,
        company_name,
        country,
        coalesce(product, product_display_name) as product,
        buying_stage,
        profile_fit,

        -- numerics
        cast(intent_score as {{ type_money() }}) as score,
        cast(profile_score as {{ type_money() }}) as profile_score,

        -- booleans
        cast(is_6qa as boolean) as is_qualified,
        cast(is_blacklisted as boolean) as is_blacklisted,

        -- dates
        cast(signal_week_start as date) as scored_on,

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
