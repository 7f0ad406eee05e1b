with

source as (

    select * from {{ landed('salesforce', 'dated_conversion_rates') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as conversion_rate_id,

        -- strings
        iso_code as currency,

        -- numerics
        cast(conversion_rate as {{ type_rate() }}) as conversion_rate,

        -- booleans
        coalesce(cast(fivetran_deleted as boolean), false) as is_deleted,

        -- dates
        cast(start_date as date) as starts_on,
        cast(next_start_date as date) as ends_before_on,

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
