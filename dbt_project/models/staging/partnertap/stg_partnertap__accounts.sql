with

source as (

    select * from {{ landed('partnertap', 'accounts') }}

),

renamed as (

    select
        -- ids
        feed_partner_id,
        partner_platform_id,
        crm_account_id,
        partner_crm_account_id,

        -- strings
        partner_org_name as partner_name,
        account_name,
        website,
        duns_number as duns,
        partner_account_name,
        partner_website,
        partner_country,
        partner_states as partner_stated_state,
        partner_account_owner_name as partner_owner_name,
        partner_account_owner_email as partner_owner_email,

        -- numerics
        cast(floor(cast(partner_open_opp as double)) as bigint) as partner_open_count,
        cast(floor(cast(partner_closed_opp_won_count as double)) as bigint) as partner_won_count,
        cast(partner_open_pipeline_amount as {{ type_money() }}) as partner_open_pipeline_amount,

        -- booleans
        cast(partner_is_customer as boolean) as partner_is_customer,

        -- timestamps
        cast(partner_first_match_date as timestamp) as first_matched_at,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on,
        _feed as feed,
        _mode as mode,
        _coverage as coverage
    from source

)

select * from renamed
