with

source as (

    select * from {{ landed('crossbeam', 'account_overlaps') }}

),

renamed as (

    select
        -- ids
        overlap_id,
        feed_partner_id,
        partner_platform_id,
        our_record_id,
        our_lead_id,
        our_crossbeam_record_id,
        partner_crossbeam_record_id,

        -- strings
        partner_name,
        our_record_type,
        our_record_name,
        our_record_website,
        our_populations,
        partner_record_name,
        partner_record_website,
        partner_record_country,
        partner_record_industry,
        partner_populations,
        partner_states,
        customer_of,
        opportunity_of,
        prospect_of,
        partner_owner_name,
        partner_owner_email,

        -- numerics
        cast(partner_record_employees as bigint) as partner_record_employees_count,

        -- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        -- timestamps
        cast(matched_at as timestamp) as matched_at,

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
