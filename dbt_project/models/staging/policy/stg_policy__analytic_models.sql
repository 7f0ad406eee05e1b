with

source as (

    select * from {{ landed('policy', 'analytic_models') }}

),

renamed as (

    select
        -- strings
        policy_version,
        model,
        reason,

        -- numerics
        cast(first_share as {{ type_share() }}) as first_share,
        cast(middle_share as {{ type_share() }}) as middle_share,
        cast(last_share as {{ type_share() }}) as last_share,
        cast(others_share as {{ type_share() }}) as others_share,
        cast(half_life_days as decimal(18, 6)) as half_life_days,
        cast(lookback_days as bigint) as lookback_days,

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
