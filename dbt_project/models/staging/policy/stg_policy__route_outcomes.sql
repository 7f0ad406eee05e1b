with

source as (

    select * from {{ landed('policy', 'route_outcomes') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(touch_business_days as bigint) as touch_business_days,
        cast(conversation_days as bigint) as conversation_days,
        cast(opportunity_days as bigint) as opportunity_days,
        cast(won_days as bigint) as won_days,
        cast(score_band_points as bigint) as score_band_points,
        cast(comparison_limit as bigint) as comparison_limit,
        cast(minimum_accounts_count as bigint) as minimum_accounts_count,
        cast(interval_z as {{ type_share() }}) as interval_z,

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
