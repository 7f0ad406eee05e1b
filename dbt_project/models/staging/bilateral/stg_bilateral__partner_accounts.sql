with

source as (

    select * from {{ landed('bilateral', 'partner_accounts') }}

),

renamed as (

    select
        -- ids
        partner_id,
        partner_account_id,
        parent_partner_account_id,
        crm_account_id,

        -- strings
        account_name,
        website,
        country,
        state,
        city,
        industry,
        duns,
        {{ global_ultimate_duns('_extra') }} as global_ultimate_duns,
        phone,
        status as partner_state,
        owner_name,
        owner_email,
        {{ undeclared_value('_extra', 'pipeline[ _]currency') }} as open_pipeline_currency,

        -- numerics
        cast(employees as bigint) as employees_count,
        {{ safe_cast(undeclared_value('_extra', 'open[ _]pipeline'), type_money()) }}
            as open_pipeline_amount,

        -- dates
        cast(customer_since as date) as customer_since_on,
        cast(as_of_date as date) as stated_as_of_on,

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
