with

source as (

    select * from {{ landed('policy', 'projection') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(own_quarters_limit as bigint) as own_quarters_limit,
        cast(prior_quarters as decimal(18, 6)) as prior_quarters,
        cast(company_quarters as decimal(18, 6)) as company_quarters,
        cast(minimum_errors_count as bigint) as minimum_errors_count,
        cast(interval_lower_share as {{ type_share() }}) as interval_lower_share,
        cast(interval_upper_share as {{ type_share() }}) as interval_upper_share,
        cast(minimum_seasonal_share as {{ type_share() }}) as minimum_seasonal_share,
        cast(error_offset as decimal(18, 6)) as error_offset,
        cast(review_week as bigint) as review_week,
        cast(minimum_seat_days as bigint) as minimum_seat_days,

        -- dates
        cast(effective_from as date) as effective_from_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on
    from source

)

select * from renamed
